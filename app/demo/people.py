"""The people of the demo, who are also those of the tests, the journeys and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import passwords
from app.identity import service as identity
from app.identity.models import Person
from app.patients import queries, service
from app.patients.models import Patient
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


def arrive() -> World:
    """Make them all, in one unit of work."""
    with unit_of_work():
        staff = _staff()
        return _patients(*staff)


def _person(given: str, family: str, number: int, **more: str) -> Person:
    # Ofcom keeps 07700 900000 to 900999 for drama: no such phone rings.
    email = f"{given}.{family}@kith.example".lower().replace(" ", "")
    person = identity.add_person(given, family, phone=f"07700900{number:03}", email=email, **more)
    person.password_hash = _one_hash()
    return person


@cache
def _one_hash() -> str:
    # One password for all, so hashed once: argon2 is slow on purpose.
    return passwords.hash_of(PASSWORD)


def _staff() -> tuple[Organisation, Team, Team, Organisation, dict[str, Person]]:
    organisation, elsewhere = teams.add_organisation("Riverside Care"), teams.add_organisation("Hillside Care")
    team = teams.add_team(organisation.id, "Riverside Long-Term Conditions")
    other_team = teams.add_team(elsewhere.id, "Hillside Community Team")
    who = {
        "priya": _person("Priya", "Shah", 101),
        "lind": _person("Anna", "Lind", 102),
        "lead": _person("Grace", "Mensah", 103),
        "other_coordinator": _person("Owen", "Pugh", 104),
        "admin": _person("Ruth", "Adler", 105),
    }
    teams.give_role(organisation.id, team.id, who["priya"].id, Role.COORDINATOR)
    teams.give_role(organisation.id, team.id, who["lind"].id, Role.CLINICIAN)
    teams.give_role(organisation.id, team.id, who["lead"].id, Role.LEAD)
    teams.give_role(elsewhere.id, other_team.id, who["other_coordinator"].id, Role.COORDINATOR)
    teams.give_role(organisation.id, None, who["admin"].id, Role.ADMIN)
    team.lead_id = who["lead"].id
    return organisation, team, other_team, elsewhere, who


def _patients(
    organisation: Organisation, team: Team, other_team: Team, elsewhere: Organisation, who: dict[str, Person]
) -> World:
    mary, khan = _person("Mary", "Okafor", 201), _person("Imran", "Khan", 202)
    tom, adeyemi = _person("Tom", "Okafor", 203), _person("Bola", "Adeyemi", 204)
    stranger = _person("Sam", "Stranger", 205)
    device = identity.add_person(
        "Mary's", "blood pressure monitor", email="monitor.1@devices.kith.example", kind="device"
    )
    device.password_hash = _one_hash()
    mary_patient = service.enrol(
        team,
        mary,
        service.NewPatient(
            coordinator_id=who["priya"].id,
            nhs_number="999 000 0018",
            born_on=date(1948, 3, 9),
            conditions=["COPD", "Heart failure"],
            allergies="Penicillin (rash)",
            communication_needs="Large print. Hard of hearing on the left: please speak slowly on the phone.",
        ),
    )
    khan_patient = service.enrol(
        team,
        khan,
        service.NewPatient(
            coordinator_id=who["priya"].id,
            nhs_number="999 000 0026",
            born_on=date(1955, 11, 2),
            conditions=["COPD"],
            communication_needs="Urdu interpreter for longer talks.",
        ),
    )
    db.session.flush()
    _circle(mary_patient, mary, tom, adeyemi, device)
    return World(
        organisation,
        team,
        other_team,
        elsewhere,
        mary,
        khan,
        tom,
        adeyemi,
        who["priya"],
        who["lind"],
        who["lead"],
        who["other_coordinator"],
        who["admin"],
        stranger,
        device,
        mary_patient,
        khan_patient,
    )


def _circle(patient: Patient, mary: Person, tom: Person, adeyemi: Person, device: Person) -> None:
    """Tom sees Mary's readings, Nurse Adeyemi sees and adds them, the monitor only adds."""
    admitted = queries.admitted([patient.id])[patient.id]
    ends_on = clock.now().date() + timedelta(days=180)
    for person, role, relationship, rights in (
        (tom, Role.MEMBER, "son", (Right.SEE,)),
        (adeyemi, Role.VISITOR, "district nurse", (Right.SEE, Right.ACT)),
        (device, Role.SERVICE, "blood pressure monitor", (Right.ACT,)),
    ):
        member = service.add_member(admitted, person, role, relationship, mary.id)
        for right in rights:
            service.give_grant(admitted, member.id, Category.READINGS, right, ends_on, mary.id)
