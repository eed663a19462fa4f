"""Rights change at once: what was opened before opens nothing after; a request that runs may finish."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from app.access.permissions import CIRCLE, SCOPES, Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.identity import service as identity
from app.identity.models import DeviceSession, Person
from app.patients import queries, service
from app.patients.models import ActingFor, CircleGrant, CircleMember, EmergencyAccess, SharedCare
from app.teams import service as teams
from app.teams.models import Membership, Team
from tests.access import calling, personas
from tests.access.calling import Line
from tests.access.conftest import Stage
from tests.access.personas import Persona, Place
from tests.conftest import NOW

READINGS = "/api/patients/{}/readings"
End = Callable[[Stage, Person], None]


@dataclass(frozen=True, slots=True)
class Case:
    """Who may see Mary's readings, how that ends, and what they are then."""

    name: str
    make: personas.Factory
    end: End
    after: int  # what the API answers
    page: str = "/my/{}/numbers"

    def __str__(self) -> str:
        return self.name


def _patient(stage: Stage) -> queries.AdmittedPatient:
    return queries.admitted_one(stage.victim.patient_id)


def _member(person: Person) -> CircleMember:
    return db.session.scalars(select(CircleMember).where(CircleMember.person_id == person.id)).one()


def grant_ended(stage: Stage, person: Person) -> None:
    member = _member(person)
    grant = db.session.scalars(select(CircleGrant.id).where(CircleGrant.member_id == member.id)).one()
    service.end_grant(_patient(stage), member.id, grant, stage.cast.world.mary.id)


def removed(stage: Stage, person: Person) -> None:
    service.end_membership(_patient(stage), _member(person).id, stage.cast.world.mary.id)


def duty_ended(stage: Stage, person: Person) -> None:
    held = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    team = db.session.get_one(Team, held.team_id)
    teams.end_role(team, held.id)


def acting_ended(stage: Stage, person: Person) -> None:
    acting = db.session.scalars(select(ActingFor.id).where(ActingFor.person_id == person.id)).one()
    service.end_acting(_patient(stage), acting, stage.cast.world.mary.id)


def emergency_over(stage: Stage, person: Person) -> None:
    opened = db.session.scalars(select(EmergencyAccess).where(EmergencyAccess.person_id == person.id)).one()
    opened.ends_at = clock.now()


def agreement_ended(stage: Stage, person: Person) -> None:
    teams_of = select(Membership.team_id).where(Membership.person_id == person.id)
    shared = db.session.scalars(select(SharedCare).where(SharedCare.team_id.in_(teams_of))).one()
    shared.ended_at, shared.ended_by = clock.now(), stage.cast.world.mary.id


def locked(stage: Stage, person: Person) -> None:
    db.session.get_one(Person, person.id).locked_at = clock.now()


def closed(stage: Stage, person: Person) -> None:
    db.session.get_one(Person, person.id).is_active = False


def signed_out_everywhere(stage: Stage, person: Person) -> None:
    identity.sign_out_everywhere(person.id)


_SEES = personas.in_circle(Role.MEMBER, (Category.READINGS, Right.SEE))
_WORKS = personas.working(Place.TEAM, Role.COORDINATOR)
_CONSOLE = "/console/patients/{}"
CASES = (
    Case("a grant is ended", _SEES, grant_ended, 403),
    Case("a member is removed", _SEES, removed, 404),
    Case("a member is locked", _SEES, locked, 401),
    Case("a member signs out everywhere", _SEES, signed_out_everywhere, 401),
    Case("a duty ends", _WORKS, duty_ended, 404, _CONSOLE),
    Case("a coordinator is locked", _WORKS, locked, 401, _CONSOLE),
    Case("a coordinator's account is closed", _WORKS, closed, 401, _CONSOLE),
    Case("an acting-for ends", personas.acting(*SCOPES), acting_ended, 403),
    Case("an emergency is over", personas.breaking_glass(), emergency_over, 404, _CONSOLE),
    Case("an agreement ends", personas.sharing(Role.CLINICIAN), agreement_ended, 404, _CONSOLE),
)


def arrived(stage: Stage, make: personas.Factory, name: str) -> Line:
    """Somebody new, signed in by both faces."""
    persona = Persona(name, make)
    with calling.by_hand():
        person = stage.cast.people[name] = make(stage.cast, name)
        return calling.line(stage.app, persona, person, stage.victim.ids)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_next_request_is_refused(stage: Stage, case: Case) -> None:
    line, mary = arrived(stage, case.make, f"of whom {case.name}"), stage.victim.patient_id
    assert line.open("GET", READINGS.format(mary)).status == 200
    assert line.open("GET", case.page.format(mary)).status == 200
    with calling.by_hand():
        case.end(stage, line.person)
    assert line.open("GET", READINGS.format(mary)).status == case.after
    assert line.open("GET", case.page.format(mary)).status == {401: 303}.get(case.after, case.after)


def test_one_signed_out_device_is_refused_and_the_other_is_not(stage: Stage) -> None:
    line, mary = arrived(stage, _SEES, "with two devices"), stage.victim.patient_id
    browser = db.session.scalars(
        select(DeviceSession.id).where(DeviceSession.person_id == line.person.id, DeviceSession.kind == "browser")
    ).one()
    assert line.open("GET", f"/my/{mary}/numbers").status == 200
    assert line.open("DELETE", f"/api/devices/{browser}").status == 204
    assert line.open("GET", f"/my/{mary}/numbers").status == 303
    assert line.open("GET", READINGS.format(mary)).status == 200


@pytest.mark.parametrize(
    ("make", "runs_for", "after", "page"),
    [
        (_SEES, timedelta(days=90), 403, "/my/{}/numbers"),
        (personas.acting(Category.READINGS, CIRCLE), timedelta(days=90), 403, "/my/{}/numbers"),
        (personas.breaking_glass(), timedelta(hours=3), 404, _CONSOLE),
        (personas.sharing(Role.LEAD), timedelta(days=60), 404, _CONSOLE),
    ],
    ids=["grant", "acting-for", "emergency", "agreement"],
)
def test_what_has_an_end_ends_by_itself(
    stage: Stage, make: personas.Factory, runs_for: timedelta, after: int, page: str
) -> None:
    """To the day for what ends on a day of the patient's, to the second for an emergency."""
    line, path = arrived(stage, make, f"until {after} {runs_for} {page}"), page.format(stage.victim.patient_id)
    is_a_day = runs_for >= timedelta(days=1)
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=1)
    last = midnight + runs_for - timedelta(seconds=1) if is_a_day else NOW + runs_for - timedelta(seconds=1)
    for moment, status in ((last, 200), (last + timedelta(seconds=1), after)):
        with clock.at(moment), calling.by_hand():
            fresh = calling.line(stage.app, line.persona, db.session.get_one(Person, line.person.id), line.ids)
        with clock.at(moment):
            assert fresh.open("GET", path).status == status, moment


def test_a_request_that_runs_may_finish_and_the_next_is_refused(stage: Stage) -> None:
    """The first waits for a table while the grant is ended; only what was admitted before is done."""
    acts = personas.in_circle(Role.MEMBER, (Category.READINGS, Right.ACT))
    line = arrived(stage, acts, "who sends a reading just then")
    body = {"id": str(UUID(int=7)), "measure": "oxygen_saturation", "measured_at": NOW.isoformat(), "value": 96}
    sent = {"headers": line.headers("/api/"), "json": body | {"unit": "%", "context": {"on_oxygen": False}}}
    path, answers = READINGS.format(stage.victim.patient_id), []
    running = threading.Thread(target=lambda: answers.append(fresh_client(stage.app).post(path, **sent).status_code))
    with psycopg.connect(stage.superuser) as holder:
        holder.execute("lock table reading in exclusive mode")
        running.start()
        _wait_until_somebody_waits(stage.superuser)
        with calling.by_hand():
            grant_ended(stage, line.person)
        second = fresh_client(stage.app).post(path, **(sent | {"json": sent["json"] | {"id": str(UUID(int=8))}}))
        assert second.status_code == 403
        assert answers == []  # the first is still at it
        holder.rollback()
    running.join(10)
    assert answers == [201]
    third = fresh_client(stage.app).post(path, **sent)  # also what would only be said again
    assert third.status_code == 403


def fresh_client(app: Flask):  # type: ignore[no-untyped-def]
    return app.test_client()


def _wait_until_somebody_waits(superuser: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as looking:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            waiting = looking.execute(
                "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
                " where not l.granted and d.datname = current_database()"
            ).fetchone()
            if waiting and waiting[0]:
                return
            time.sleep(0.01)
    raise AssertionError("The first request never came to the table.")
