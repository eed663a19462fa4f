"""Two organisations with people of the same names, some of them in both: no list of one holds anything of the other.

Every list of the API and every page is walked, with every id there is, by everybody; each answer is searched for ids.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import Base, db
from app.core.http import Pages
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo.people import person
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service as enrolling
from app.patients.models import Patient
from app.protocols import service as protocols
from app.readings import service as readings
from app.readings.intake import Entry
from app.teams import service as teams
from app.todos import service as todos
from tests.people import World, signed_in
from tests.web.browsing import Browser

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PARAMETER = re.compile(r"[<{](?:uuid:)?(\w+)[>}]")


@dataclass(frozen=True, slots=True)
class Both:
    """Riverside as everybody knows it, and Hillside with a team, a lead, an admin and patients of the same names."""

    world: World
    lead: Person
    admin: Person
    mary: Person
    here: UUID  # Riverside
    there: UUID  # Hillside


@pytest.fixture
def both(world: World) -> Both:
    there = world.elsewhere.id
    with unit_of_work():
        world.other_team.name = world.team.name
        lead, admin = _again("Grace", "Mensah", "07700900301"), _again("Ruth", "Adler", "07700900302")
        teams.give_role(there, world.other_team.id, lead.id, Role.LEAD)
        teams.give_role(there, None, admin.id, Role.ADMIN)
        teams.give_role(there, world.other_team.id, world.lind.id, Role.CLINICIAN)
        mary = _again("Mary", "Okafor", "07700900303")
        for who in (mary, world.khan):
            enrolling.enrol(world.other_team, who, _about(world))
    both = Both(world, lead, admin, mary, world.organisation.id, there)
    with unit_of_work():
        for patient in (_patient(both, world.mary, both.here), _patient(both, mary, there)):
            _something_happens(both, patient.id)
    return both


def _again(given: str, family: str, phone: str) -> Person:
    made = person(given, f"{family}-twin", phone)
    made.family_name = family
    return made


def _about(world: World, **more: str) -> enrolling.NewPatient:
    return enrolling.NewPatient(coordinator_id=world.other_coordinator.id, conditions=["COPD"], **more)


def _patient(both: Both, who: Person, organisation_id: UUID) -> Patient:
    where = (Patient.person_id == who.id, Patient.organisation_id == organisation_id)
    return db.session.scalars(select(Patient).where(*where)).one()


def _something_happens(both: Both, patient_id: UUID) -> None:
    """A low reading, its alert, a to-do, and Tom in the circle with a grant."""
    patient = patients.admitted([patient_id])[patient_id]
    if patient.organisation_id == both.there:
        protocols.start_plan(patient, "copd_oximetry", by=both.world.other_coordinator.id)
    entry = Entry(new_id(), "oxygen_saturation", clock.now(), 88, "%", context={"on_oxygen": False})
    readings.record(patient, [entry], by=patient.person_id)
    todos.add(patient, "check_number", str(new_id()), "Check the mobile number: two texts failed")
    if patient.organisation_id == both.there:
        member = enrolling.add_member(patient, both.world.tom, Role.MEMBER, "son", patient.person_id)
        until = clock.now().date().replace(year=2027, month=5)
        enrolling.give_grant(patient, member.id, Category.READINGS, Right.SEE, until, patient.person_id)


class Ids:
    """Which organisations an id belongs to, by every row that names one; read once, before anybody looks."""

    def __init__(self) -> None:
        self.of: dict[str, set[UUID]] = {}
        self.rows: dict[str, dict[str, UUID]] = {}  # table -> id -> organisation
        for table in Base.metadata.sorted_tables:
            if "organisation_id" in table.c and "id" in table.c:
                self._read(table)
        for (organisation_id,) in db.session.execute(text("select id from organisation")):
            self.of[str(organisation_id)] = {organisation_id}
            self.rows.setdefault("organisation", {})[str(organisation_id)] = organisation_id

    def _read(self, table: Any) -> None:
        for row in db.session.execute(select(table)).mappings():
            organisation_id = row["organisation_id"]
            for value in row.values():
                if isinstance(value, UUID) and organisation_id is not None:
                    self.of.setdefault(str(value), set()).add(organisation_id)
            self.rows.setdefault(table.name, {})[str(row["id"])] = organisation_id

    def only(self, organisation_id: UUID, text: str) -> set[str]:
        """The ids in a text that belong to this organisation and to no other."""
        return {one for one in _ID.findall(text) if self.of.get(one) == {organisation_id}}


def people(both: Both) -> dict[str, tuple[Person, set[UUID]]]:
    """Everybody, with the organisations in which they are something."""
    world, here, there = both.world, both.here, both.there
    return {
        "coordinator": (world.priya, {here}),
        "lead": (world.lead, {here}),
        "admin": (world.admin, {here}),
        "patient": (world.mary, {here}),
        "visitor": (world.adeyemi, {here}),
        "coordinator there": (world.other_coordinator, {there}),
        "lead there": (both.lead, {there}),
        "admin there": (both.admin, {there}),
        "patient there": (both.mary, {there}),
        "clinician of both": (world.lind, {here, there}),
        "carer in both": (world.tom, {here, there}),
        "patient of both": (world.khan, {here, there}),
        "stranger": (world.stranger, set()),
    }


def allowed_patients(who: Person) -> set[str]:
    """Whom somebody may see anything of: their own record, their teams' patients, the circles they are in."""
    rows = db.session.execute(
        text("""
            select id from patient where person_id = :me or team_id in (select team_id from membership
                where person_id = :me and ended_at is null and role in ('coordinator', 'clinician', 'lead'))
            union select patient_id from circle_member where person_id = :me and ended_at is null
        """),
        {"me": who.id},
    )
    return {str(patient_id) for (patient_id,) in rows}


_TABLES = {
    "patient_id": "patient", "team_id": "team", "organisation_id": "organisation", "member_id": "circle_member",
    "reading_id": "reading", "alert_id": "alert", "grant_id": "circle_grant", "membership_id": "membership",
}  # fmt: skip
_WHOLE = {"patient_id", "team_id", "organisation_id"}


def addresses(rules: Iterable[str], ids: Ids, both: Both) -> Iterator[str]:
    """Every address of these rules: with each patient, team and organisation, and one of either for the rest."""
    for rule in rules:
        names = _PARAMETER.findall(rule)
        for values in itertools.product(*(_values(name, ids, both) for name in names)):
            path = rule
            for name, value in zip(names, values, strict=True):
                path = re.sub(rf"[<{{](?:uuid:)?{name}[>}}]", value, path)
            yield path


def _values(name: str, ids: Ids, both: Both) -> list[str]:
    if name == "person_id":
        return [str(both.world.priya.id), str(both.world.other_coordinator.id)]
    known = ids.rows.get(_TABLES.get(name, ""), {})
    if name in _WHOLE:
        return list(known)
    of_each = [next((one for one, where in known.items() if where == it), "") for it in (both.here, both.there)]
    return [one for one in of_each if one] or [str(uuid4())]


def api_rules(app: Flask) -> list[str]:
    return [path for path, operations in app.extensions["api"].spec.to_dict()["paths"].items() if "get" in operations]


def page_rules(app: Flask) -> list[str]:
    mine = {name for name, blueprint in app.blueprints.items() if isinstance(blueprint, Pages)}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in mine]
    asked = [rule.rule for rule in rules if "GET" in (rule.methods or ())]
    return [rule for rule in asked if not re.search(r"<(?!uuid:)", rule)]


def leaks(path: str, body: str, homes: set[UUID], mine: set[str], ids: Ids, both: Both) -> set[str]:
    """What an answer holds that it must not: ids of an organisation that is not theirs, or that was not asked about."""
    asked = set(_ID.findall(path))
    about = [it for it in (both.here, both.there) if ids.only(it, path)]
    foreign = {it for it in (both.here, both.there) if it not in homes or (about and it not in about)}
    found = set().union(*(ids.only(it, body) for it in foreign)) - asked
    return found | {one for one in _ID.findall(body) if one in ids.rows["patient"] and one not in mine | asked}


Ask = Callable[[str], tuple[int, str]]
# A patient reads who looked and who tried to, from wherever they are: this walk itself tries every record.
WHO_LOOKED = ("/access-log", "/who-looked")


def walk(ask: Ask, rules: list[str], who: Person, homes: set[UUID], ids: Ids, both: Both) -> list[tuple[str, Any]]:
    mine, wrong = allowed_patients(who), []
    for path in addresses(rules, ids, both):
        status, body = ask(path)
        assert status != 500, path
        if status == 200 and (strange := {one for one in _ID.findall(path) if one in ids.rows["patient"]} - mine):
            wrong.append((path, strange))
        found = set() if path.endswith(WHO_LOOKED) and status == 200 else leaks(path, body, homes, mine, ids, both)
        found -= {str(who.id)}  # each page says whose it is, for what their phone keeps
        if found:
            wrong.append((path, found))
    return wrong


def test_no_answer_of_the_api_holds_anything_of_another_organisation(
    client: FlaskClient, app: Flask, both: Both
) -> None:
    ids, rules = Ids(), api_rules(app)
    assert len(rules) > 30
    for name, (who, homes) in people(both).items():
        headers = signed_in(client, who)

        def ask(path: str, headers: dict[str, str] = headers) -> tuple[int, str]:
            answer = client.get(path, headers=headers)
            return answer.status_code, answer.get_data(as_text=True)

        assert walk(ask, rules, who, homes, ids, both) == [], name


def test_no_page_holds_anything_of_another_organisation(app: Flask, both: Both) -> None:
    ids, rules = Ids(), page_rules(app)
    assert len(rules) > 15
    for name, (who, homes) in people(both).items():
        browser = Browser(app.test_client())
        browser.have_session(who)

        def ask(path: str, browser: Browser = browser) -> tuple[int, str]:
            answer = browser.get(path)
            return answer.status_code, answer.get_data(as_text=True) + answer.headers.get("Location", "")

        assert walk(ask, rules, who, homes, ids, both) == [], name


def test_what_changes_elsewhere_changes_nothing_here(client: FlaskClient, app: Flask, both: Both) -> None:
    """Byte for byte, with every ETag: bodies, counts, cursors, order."""
    ids = Ids()
    rules = [rule for rule in api_rules(app) if not rule.endswith(WHO_LOOKED)]
    paths = list(addresses(rules, ids, both))

    signed = {name: signed_in(client, who) for name, (who, homes) in people(both).items() if homes == {both.here}}

    def seen() -> dict[tuple[str, str], tuple[int, str, str | None]]:
        answers = {}
        for (name, headers), path in itertools.product(signed.items(), paths):
            answer = client.get(path, headers=headers)
            answers[name, path] = (answer.status_code, answer.text, answer.headers.get("ETag"))
        return answers

    before = seen()
    assert sum(status == 200 for status, _, _ in before.values()) > 50
    with unit_of_work():
        newcomer = _again("Tom", "Okafor", "07700900304")
        made = enrolling.enrol(both.world.other_team, newcomer, _about(both.world, nhs_number="999 000 0018"))
        teams.add_team(both.there, "Riverside Nights")
        teams.give_role(both.there, both.world.other_team.id, both.world.stranger.id, Role.COORDINATOR)
        _something_happens(both, made.id)
    after = seen()
    assert [key for key in before if before[key] != after[key]] == []


def test_an_etag_of_theirs_is_never_confirmed(client: FlaskClient, app: Flask, both: Both) -> None:
    ids, tagged = Ids(), {}
    for who in (both.world.other_coordinator, both.admin, both.lead, both.mary):
        headers = signed_in(client, who)
        for path in addresses(api_rules(app), ids, both):
            answer = client.get(path, headers=headers)
            if answer.headers.get("ETag") and ids.only(both.there, path):
                tagged[path] = answer.headers["ETag"]
    assert tagged
    for who in (both.world.priya, both.world.lead, both.world.admin, both.world.mary, both.world.stranger):
        headers = signed_in(client, who)
        for path, etag in tagged.items():
            plain = client.get(path, headers=headers)
            asked = client.get(path, headers=headers | {"If-None-Match": etag})
            assert plain.status_code == asked.status_code in (403, 404), path
            assert plain.get_data() == asked.get_data()


def test_totals_are_of_what_can_be_seen(client: FlaskClient, both: Both) -> None:
    for team, lead in ((both.world.team, both.world.lead), (both.world.other_team, both.lead)):
        mine = allowed_patients(lead)
        for who in (lead, both.world.lind):
            listed, cursor, headers = [], None, signed_in(client, who)
            while True:
                more = f"&cursor={cursor}" if cursor else ""
                page = client.get(f"/api/teams/{team.id}/patients?limit=1{more}", headers=headers).get_json()
                listed += [one["id"] for one in page["items"]]
                if (cursor := page["next"]) is None:
                    break
            assert sorted(listed) == sorted(mine)
        counts = client.get(f"/api/teams/{team.id}/caseloads", headers=signed_in(client, lead)).get_json()["items"]
        assert sum(one["patients"] for one in counts) == len(mine) == 2
        work = client.get("/api/worklist", headers=signed_in(client, lead)).get_json()["items"]
        assert {one["patient_id"] for one in work} <= mine
        assert len(work) == 2


# What is unique in one organisation may be taken in the other: the answer must not tell that it is.
def test_a_name_or_number_taken_elsewhere_is_free_here(client: FlaskClient, both: Both) -> None:
    def key() -> dict[str, str]:
        return {"Idempotency-Key": str(uuid4())}

    admin, owen = signed_in(client, both.admin), signed_in(client, both.world.other_coordinator)
    with unit_of_work():
        teams.add_team(both.here, "Riverside Nights")
    assert client.post("/api/teams", headers=admin | key(), json={"name": "Riverside Nights"}).status_code == 201
    new = {"given_name": "Ada", "family_name": "Stone", "phone": "07700 900401", "nhs_number": "999 000 0018"}
    body = new | {"coordinator_id": str(both.world.other_coordinator.id)}
    path = f"/api/teams/{both.world.other_team.id}/patients"
    assert client.post(path, headers=owen | key(), json=body).status_code == 201
