"""One stage for all tests of access: a database of its own, every persona signed in once, the clock standing still."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from flask import Flask

from app import create_app
from app.access import roles
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock, embedded
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.teams import service as teams
from tests.access import calling, matrix, victim
from tests.access.calling import Line
from tests.access.matrix import Operation
from tests.access.personas import PERSONAS, Cast
from tests.access.victim import Victim
from tests.access.witness import Witness
from tests.conftest import NOW, FreshClient, cloned, settings_for
from tests.people import arrive
from tests.ratings.rater import MADE_UP


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a test of access needs."""

    app: Flask
    cast: Cast
    victim: Victim
    lines: dict[str, Line]
    members: dict[str, str]  # of her circle, by persona: the ids of their places in it
    operations: list[Operation]
    witness: Witness
    superuser: str  # how a superuser connects

    def line(self, name: str) -> Line:
        return self.lines[name]

    def line_for_khan(self, permission: Permission) -> Line:
        """Somebody who may do this for Mr Khan."""
        names = {
            Role.PATIENT: "another patient of the same team",
            Role.COORDINATOR: "priya, her named coordinator",
            Role.CLINICIAN: "clinician",
            Role.LEAD: "lead",
        }
        return self.line(next(name for role, name in names.items() if roles.allowed(role, permission)))


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture(autouse=True)
def _fresh_quotas(stage: Stage) -> Iterator[None]:
    """Tries are counted for good whatever is taken back: a test must not be slowed by the ones before it."""
    with psycopg.connect(stage.superuser) as connection:
        connection.execute("truncate rate_window")
    yield
    db.session.rollback()  # what stands idle in a transaction for a minute is cut off


@pytest.fixture(scope="package")  # gone with the last test here: its contexts are nobody else's
def stage(server: embedded.Server, template: str) -> Iterator[Stage]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with cloned(server, template, f"kith_access_{worker}_{os.getpid()}") as name:
        settings = settings_for(server, name, INSTRUMENTS=str(MADE_UP))
        # Requests are answered by the app as it serves; what a test does by its own hands reaches every row.
        served, hands = create_app(settings), create_app(dataclasses.replace(settings, is_worker=True))
        served.test_client_class = FreshClient
        calling.take_back(served)
        superuser = server.url("postgres", name).replace("+psycopg", "")
        with closing(Witness(superuser)) as witness, _released(served), _released(hands):
            yield _filled(served, witness, superuser)


@contextmanager
def _released(app: Flask) -> Iterator[None]:
    """In the app's context, and with no connection left behind."""
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _filled(app: Flask, witness: Witness, superuser: str) -> Stage:
    with clock.at(NOW):  # and no longer: a clock that stands for a whole session stands for every test after
        return _filled_now(app, witness, superuser)


def _filled_now(app: Flask, witness: Witness, superuser: str) -> Stage:
    world = arrive()
    with unit_of_work():
        cast = Cast(world, teams.add_team(world.organisation.id, "Riverside Heart Failure"))
        for persona in PERSONAS:
            cast.people[persona.name] = persona.make(cast, persona.name)
        harmed = victim.make(cast)
        members = victim.members(cast)
        lines = {one.name: calling.line(app, one, cast.people[one.name], harmed.ids) for one in PERSONAS}
    db.session.expunge_all()  # what is known of them stays, whatever a test rolls back
    for line in lines.values():
        line.form_token = calling.page_token(line)
    return Stage(app, cast, harmed, lines, members, matrix.operations(app), witness, superuser)
