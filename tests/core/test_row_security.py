"""Row-level security: the second wall, seen from the roles that serve."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask, jsonify
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app import create_app
from app.access import guards
from app.access.permissions import Permission
from app.config import Misconfigured
from app.core import embedded, rows
from app.core.db import Base, db
from app.core.http import Routes
from app.core.rows import Reach
from app.core.unit_of_work import unit_of_work
from tests.conftest import FreshClient, settings_for
from tests.people import World, signed_in

OF_A_PATIENT = sorted(name for name, table in Base.metadata.tables.items() if "patient_id" in table.c)
VICTIMS = text("select distinct patient_id from reading_state union select patient_id from circle_member")


def mine(world: World) -> Reach:
    return Reach(organisations=(world.organisation.id,), patients=(world.mary_patient.id,))


@pytest.fixture
def web(app: Flask, world: World, server: embedded.Server, database: str) -> Iterator[Flask]:
    """The app as it serves: its connections reach nothing by themselves. One connection, so that each is borrowed."""
    made = create_app(settings_for(server, database))
    made.test_client_class = FreshClient
    made.config["SQLALCHEMY_ENGINE_OPTIONS"] = {}
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def patients_seen() -> set[UUID]:
    return set(db.session.scalars(text("select id from patient")))


def test_every_table_about_a_patient_is_behind_the_wall(server: embedded.Server, database: str) -> None:
    with psycopg.connect(server.url("kith_owner", database).replace("+psycopg", "")) as connection:
        found = connection.execute(
            "select c.relname from pg_class c where c.relrowsecurity and c.relforcerowsecurity and exists"
            " (select from pg_policy p where p.polrelid = c.oid and p.polname = 'reached')"
        )
        behind = {name for (name,) in found}
    assert behind >= {*OF_A_PATIENT, "patient"}


def test_without_a_word_nothing_is_reached(web: Flask) -> None:
    for table in (*OF_A_PATIENT, "patient"):
        assert db.session.scalar(text(f"select count(*) from {table}")) == 0, table


def test_what_is_said_holds_for_this_session_and_not_for_the_next_borrower(web: Flask, world: World) -> None:
    rows.reach(mine(world))
    assert patients_seen() == {world.mary_patient.id}
    db.session.commit()
    assert patients_seen() == {world.mary_patient.id}  # a second transaction of the same session
    db.session.remove()  # the connection goes back, and is taken again by somebody else
    assert patients_seen() == set()


def test_what_a_savepoint_said_is_taken_back_with_it(web: Flask, world: World) -> None:
    rows.reach(mine(world))
    savepoint = db.session.begin_nested()
    rows.reach(Reach(organisations=(world.organisation.id,), patients=(world.khan_patient.id,)))
    assert patients_seen() == {world.khan_patient.id}
    savepoint.rollback()
    assert patients_seen() == {world.mary_patient.id}
    db.session.commit()
    assert patients_seen() == {world.mary_patient.id}


def test_the_patient_alone_is_not_enough_without_their_organisation(web: Flask, world: World) -> None:
    rows.reach(Reach(organisations=(world.elsewhere.id,), patients=(world.mary_patient.id,)))
    assert patients_seen() == set()


def test_a_row_for_another_cannot_be_added_or_moved(web: Flask, world: World) -> None:
    rows.reach(mine(world))
    facts = {"id": uuid4(), "org": world.organisation.id, "khan": world.khan_patient.id, "day": date(2027, 1, 1)}
    for moved in (
        "update circle_member set patient_id = :khan",
        "insert into shared_care (id, created_at, organisation_id, patient_id, team_id, ends_on, agreed_by,"
        " agreement_sealed) select :id, now(), :org, :khan, t.id, :day, p.id, '' from team t, person p limit 1",
    ):
        savepoint = db.session.begin_nested()
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.execute(text(moved), facts)
        savepoint.rollback()
    assert (
        db.session.scalar(text("update circle_member set relationship = relationship returning patient_id")) is not None
    )


@pytest.mark.parametrize(
    ("said", "sees"),
    [
        ("teams", {"mary", "khan"}),
        ("whole", {"mary", "khan"}),
        ("whole of another", set()),
        ("teams of another", set()),
        ("the patient", {"mary"}),
        ("a member", {"mary"}),
        ("a stranger", set()),
    ],
)
def test_teams_organisations_and_people_reach_their_own(web: Flask, world: World, said: str, sees: set[str]) -> None:
    here, there = world.organisation.id, world.elsewhere.id
    rows.reach(
        {
            "teams": Reach(organisations=(here,), teams=(world.team.id,)),
            "teams of another": Reach(organisations=(there,), teams=(world.other_team.id,)),
            "whole": Reach(whole=(here,)),
            "whole of another": Reach(whole=(there,)),
            "the patient": Reach(world.mary.id),
            "a member": Reach(world.tom.id),
            "a stranger": Reach(world.stranger.id),
        }[said]
    )
    assert patients_seen() == {getattr(world, f"{name}_patient").id for name in sees}


def test_a_member_reaches_their_own_place_and_no_other_of_the_circle(web: Flask, world: World) -> None:
    rows.reach(Reach(world.tom.id))
    assert set(db.session.scalars(text("select person_id from circle_member"))) == {world.tom.id}
    assert db.session.scalar(text("select count(*) from circle_grant")) == 1
    assert db.session.scalar(text("select count(*) from monitoring_plan")) == 0


routes = Routes("forgetful", __name__, url_prefix="/api/forgetful")


def everything_seen() -> dict[str, list[str]]:
    seen: dict[str, list[str]] = {"patient": sorted(map(str, patients_seen()))}
    for table in OF_A_PATIENT:
        found = db.session.scalars(text(f"select distinct patient_id from {table} where patient_id is not null"))
        seen[table] = sorted(map(str, found))
    return seen


@routes.get("/patients/<uuid:patient_id>", access=guards.on_patient(Permission.SEE_READINGS))
def forgetful(patient: Any) -> Any:
    return web_answer()


@routes.get("/list", access=guards.on_caseload(Permission.SEE_CASELOAD))
def forgetful_list(caller: Any) -> Any:
    return web_answer()


@routes.get("/mine", access=guards.signed_in)
def forgetful_mine() -> Any:
    return web_answer()


@routes.get("/open", access=guards.public)
def forgetful_open() -> Any:
    return web_answer()


def web_answer() -> Any:
    return jsonify(everything_seen())


def test_a_view_that_forgets_its_filter_still_shows_nobody_else(web: Flask, world: World) -> None:
    web.extensions["api"].register_blueprint(routes)
    client = web.test_client()
    mary, khan = str(world.mary_patient.id), str(world.khan_patient.id)

    def shown(path: str, person: Any = None) -> set[str]:
        headers = signed_in(client, person) if person else {}
        answer = client.get(f"/api/forgetful/{path}", headers=headers)
        assert answer.status_code == 200
        return {one for ids in answer.get_json().values() for one in ids}

    on_mary = f"patients/{mary}"
    assert shown(on_mary, world.mary) == {mary}
    assert shown(on_mary, world.tom) == {mary}
    assert shown(on_mary, world.priya) == {mary}
    assert shown("list", world.priya) == {mary, khan}
    assert shown("list", world.other_coordinator) == set()
    assert shown("mine", world.khan) == {khan}
    assert shown("mine", world.stranger) == set()
    assert shown("mine", world.priya) == set()
    assert shown("open") == set()


@pytest.mark.parametrize("role", ["kith_owner", "postgres"])
def test_the_web_refuses_to_start_in_a_role_that_walks_through_the_wall(
    server: embedded.Server, database: str, role: str
) -> None:
    settings = dataclasses.replace(settings_for(server, database), database_url=server.url(role, database))
    with pytest.raises(Misconfigured, match="too mighty"):
        create_app(settings)


def test_the_guards_views_cannot_be_written_through(web: Flask, world: World) -> None:
    for view in ("guard_patient", "guard_member", "guard_grant"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text(f"update {view} set ended_at = now()"))
        db.session.rollback()


def test_work_that_learns_whom_it_is_about_reaches_them_alone(app: Flask, world: World) -> None:
    with unit_of_work():
        assert patients_seen() == {world.mary_patient.id, world.khan_patient.id}
        with rows.only(world.organisation.id, world.mary_patient.id):
            assert patients_seen() == {world.mary_patient.id}
    with unit_of_work():
        assert patients_seen() == {world.mary_patient.id, world.khan_patient.id}
