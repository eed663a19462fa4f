"""The people of the demo, who are also those of the tests, the journeys and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.unit_of_work import unit_of_work
from app.demo import codes
from app.identity import service as identity
from app.identity.models import Person
from app.patients import queries, service
from app.patients.models import Patient
from app.protocols import service as protocols
from app.teams import service as teams
from app.teams.models import Organisation, Team

# A made-up password of a made-up service: it opens nothing but the demo.
PASSWORD = "four calm words here"  # noqa: S105


@dataclass(frozen=True, slots=True)
class World:
    """Everybody, by the names the documents use."""

    organisation: Organisation
    team: Team
    other_team: Team
    elsewhere: Organisation
    mary: Person
    khan: Person
    tom: Person
    adeyemi: Person
    priya: Person
    lind: Person
    lead: Person
    other_coordinator: Person
    admin: Person
    stranger: Person
    device: Person
    mary_patient: Patient
    khan_patient: Patient


def arrive(today: date | None = None) -> World:
    """Make them all, in one unit of work; what ends or is reviewed does so some months after `today`."""
    today = today or clock.now().date()
    with unit_of_work():
        here = _staff()
        mary, khan = _person("Mary", "Okafor", 201), _person("Imran", "Khan", 202)
        mary_patient = service.enrol(here["team"], mary, _about_mary(here["priya"]))
        khan_patient = service.enrol(here["team"], khan, _about_khan(here["priya"]))
        world = World(
            **here,
            mary=mary,
            khan=khan,
            tom=_person("Tom", "Okafor", 203),
            adeyemi=_person("Bola", "Adeyemi", 204),
            stranger=_person("Sam", "Stranger", 205),
            device=_monitor(),
            mary_patient=mary_patient,
            khan_patient=khan_patient,
        )
        _circle(world, today + timedelta(days=180))
        _plans(world, today + timedelta(days=90))
        return world


def _person(given: str, family: str, number: int) -> Person:
    # Ofcom keeps 07700 900000 to 900999 for drama: no such phone rings.
    return person(given, family, f"07700900{number:03}")


def person(given: str, family: str, phone: str) -> Person:
    """Somebody who signs in with their name at kith.example and the demo's password."""
    made = identity.add_person(given, family, phone=phone, email=f"{given}.{family}@kith.example".lower())
    made.password_hash = _one_hash()
    return made


def _monitor() -> Person:
    monitor = identity.add_person(
        "Mary's", "blood pressure monitor", email="monitor.1@devices.kith.example", kind="device"
    )
    monitor.password_hash = _one_hash()
    return monitor


@cache
def _one_hash() -> str:
    # Argon2 is slow on purpose; this password stands in the README, so nothing is lost where it is fast.
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def _staff() -> dict[str, Any]:
    organisation, elsewhere = teams.add_organisation("Riverside Care"), teams.add_organisation("Hillside Care")
    team = teams.add_team(organisation.id, "Riverside Long-Term Conditions")
    other_team = teams.add_team(elsewhere.id, "Hillside Community Team")
    priya, lind = _person("Priya", "Shah", 101), _person("Anna", "Lind", 102)
    lead, other = _person("Grace", "Mensah", 103), _person("Owen", "Pugh", 104)
    admin = _person("Ruth", "Adler", 105)
    teams.give_role(organisation.id, team.id, priya.id, Role.COORDINATOR)
    teams.give_role(organisation.id, team.id, lind.id, Role.CLINICIAN)
    teams.give_role(organisation.id, team.id, lead.id, Role.LEAD)
    teams.give_role(elsewhere.id, other_team.id, other.id, Role.COORDINATOR)
    teams.give_role(organisation.id, None, admin.id, Role.ADMIN)
    team.lead_id = lead.id
    for one in (priya, lind, lead, other, admin):
        codes.set_up(one)
    return {
        "organisation": organisation,
        "elsewhere": elsewhere,
        "team": team,
        "other_team": other_team,
        "priya": priya,
        "lind": lind,
        "lead": lead,
        "other_coordinator": other,
        "admin": admin,
    }


def _about_mary(priya: Person) -> service.NewPatient:
    return service.NewPatient(
        coordinator_id=priya.id,
        nhs_number="999 000 0018",
        born_on=date(1948, 3, 9),
        conditions=["COPD", "Heart failure"],
        allergies="Penicillin (rash)",
        communication_needs="Large print. Hard of hearing on the left: please speak slowly on the phone.",
    )


def _about_khan(priya: Person) -> service.NewPatient:
    return service.NewPatient(
        coordinator_id=priya.id,
        nhs_number="999 000 0026",
        born_on=date(1955, 11, 2),
        conditions=["COPD"],
        communication_needs="Urdu interpreter for longer talks.",
    )


def _circle(world: World, ends_on: date) -> None:
    """Tom sees Mary's readings, Nurse Adeyemi sees and adds them, the monitor only adds."""
    admitted = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
    for someone, role, relationship, rights in (
        (world.tom, Role.MEMBER, "son", (Right.SEE,)),
        (world.adeyemi, Role.VISITOR, "district nurse", (Right.SEE, Right.ACT)),
        (world.device, Role.SERVICE, "blood pressure monitor", (Right.ACT,)),
    ):
        member = service.add_member(admitted, someone, role, relationship, world.mary.id)
        for right in rights:
            service.give_grant(admitted, member.id, Category.READINGS, right, ends_on, world.mary.id)


def _plans(world: World, review_on: date) -> None:
    """Mary has no oxygen target of her own; Mr Khan's is 88 to 92, set by Dr Lind."""
    mary, khan = queries.admitted_one(world.mary_patient.id), queries.admitted_one(world.khan_patient.id)
    for protocol in ("copd_oximetry", "heart_failure"):
        protocols.start_plan(mary, protocol, by=world.priya.id)
    protocols.start_plan(khan, "copd_oximetry", by=world.priya.id)
    for name, value in (("oxygen_saturation.low.red.target", 88), ("oxygen_saturation.high.amber.target", 92)):
        reason = "Hypercapnic respiratory failure: target 88 to 92 % set at clinic."
        protocols.set_limit(khan, name, value, reason=reason, review_on=review_on, by=world.lind.id)


def sign_ins() -> list[dict[str, str]]:
    """Who can sign in on the pages of the demo, and with what."""
    people = (
        ("Mary Okafor, patient", "mary.okafor"),
        ("Imran Khan, patient", "imran.khan"),
        ("Priya Shah, named coordinator", "priya.shah"),
        ("Anna Lind, GP", "anna.lind"),
        ("Grace Mensah, team lead", "grace.mensah"),
        ("Ruth Adler, administrator", "ruth.adler"),
        ("Tom Okafor, Mary’s son", "tom.okafor"),
        ("Edith Rowe, patient who texts: a year with Kith", "edith.rowe"),
    )
    return [{"who": who, "identifier": f"{name}@kith.example", "password": PASSWORD} for who, name in people]
