"""The clock of the care plan: the coordinator is asked once of what is overdue, and of what nobody sees to any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.pathway.models import PlanAction
from app.pathway.service import ending, setting, watching
from app.pathway.service.settling import OVERDUE, OWNERLESS
from app.patients import queries as patients
from app.patients import service
from app.patients.models import CircleGrant, Patient
from app.teams import service as teams
from app.teams.models import Membership
from app.todos import service as todo_service
from tests.conftest import NOW
from tests.goals.at_goals import give, member_id
from tests.pathway.at_actions import FRIDAY, TOMORROW, WORDS, AtActions, todos

LATE = datetime(2026, 11, 20, 0, 30, tzinfo=ZoneInfo("Europe/London"))  # the day after TOMORROW has just begun


def overdue(at: datetime) -> int:
    with clock.at(at), unit_of_work():
        return watching.ask_about_overdue()


def ownerless(at: datetime = NOW) -> int:
    with clock.at(at), unit_of_work():
        return watching.ask_for_owners()


def done(kind: str) -> list[bool]:
    return [one.done_at is not None for one in todos(kind)]


def test_the_coordinator_is_asked_once_of_what_is_open_past_its_day(around: AtActions) -> None:
    around.action(around.world.tom.id, TOMORROW)
    around.action()  # without a day
    assert overdue(LATE - timedelta(hours=1)) == 0
    assert (overdue(LATE), overdue(LATE), overdue(LATE + timedelta(days=30))) == (1, 0, 0)
    (todo,) = todos(OVERDUE)
    assert (todo.owner_id, todo.reason) == (
        around.world.priya.id,
        f"Tom Okafor was to see to something of Mary’s care plan by 19 November, and it is still open: “{WORDS}” Ask "
        "how it stands; then mark it done, give it another day, or drop it.",
    )


@pytest.mark.parametrize(
    ("zone", "at", "count"),
    [
        ("Pacific/Auckland", "2026-11-19 10:59", 0),  # there it is the 19th for one minute more
        ("Pacific/Auckland", "2026-11-19 11:00", 1),
        ("America/New_York", "2026-11-20 04:59", 0),
        ("America/New_York", "2026-11-20 05:00", 1),
    ],
)
def test_the_day_is_one_of_the_patients_calendar(around: AtActions, zone: str, at: str, count: int) -> None:
    with unit_of_work():
        db.session.execute(update(Patient).where(Patient.id == around.world.mary_patient.id).values(zone=zone))
    around.action(due_on=TOMORROW)
    assert overdue(datetime.fromisoformat(f"{at}+00:00")) == count


@pytest.mark.parametrize("how", ["done", "dropped", "another day", "no day"])
def test_what_was_asked_is_settled(around: AtActions, how: str) -> None:
    action = around.action(due_on=TOMORROW)
    assert overdue(LATE) == 1
    with clock.at(LATE), unit_of_work():
        if how == "done":
            ending.done(around.patient, action.id, around.mary)
        elif how == "dropped":
            ending.drop(around.patient, action.id, "She is well.", around.priya)
        else:
            day = FRIDAY if how == "another day" else None
            setting.change(around.patient, action.id, 1, {"due_on": day}, around.priya)
    assert done(OVERDUE) == [True]
    assert overdue(LATE) == 0
    assert overdue(LATE + timedelta(days=1)) == (how == "another day")
    assert done(OVERDUE) == ([True, False] if how == "another day" else [True])


def test_other_words_leave_the_to_do_where_it_is(around: AtActions) -> None:
    action = around.action(due_on=TOMORROW)
    assert overdue(LATE) == 1
    with clock.at(LATE), unit_of_work():
        setting.change(around.patient, action.id, 1, {"words": "Ring"}, around.priya)
    assert done(OVERDUE) == [False]


def test_done_by_the_coordinator_it_is_not_asked_again_for_the_same_day(around: AtActions) -> None:
    around.action(due_on=TOMORROW)
    assert overdue(LATE) == 1
    (todo,) = todos(OVERDUE)
    with unit_of_work():
        todo_service.do(todo.id, [todo.team_id], around.world.priya.id)
    assert overdue(LATE + timedelta(days=3)) == 0


def test_nobody_is_asked_once_care_has_ended(around: AtActions) -> None:
    around.action(around.ada.id, TOMORROW)
    with unit_of_work():
        service.end_membership(around.patient, member_id(around.patient, around.ada), around.world.mary.id)
        service.end_care(around.patient, "moved")
    assert (overdue(LATE), ownerless(LATE)) == (0, 0)


def test_one_to_do_though_two_workers_look(app: Flask, around: AtActions) -> None:
    action = around.action(due_on=TOMORROW)
    with unit_of_work():
        held = select(PlanAction).where(PlanAction.id == action.id).with_for_update()
        db.session.scalars(held).one()
        with app.app_context():
            assert overdue(LATE) == 0  # another has it
            db.session.remove()
    assert (overdue(LATE), overdue(LATE)) == (1, 0)


LEAVES = ("left the circle", "grant ended", "grant ran out", "left the team", "is a visitor now")


@pytest.mark.parametrize("how", LEAVES)
def test_the_coordinator_is_asked_for_somebody_else(around: AtActions, how: str) -> None:
    world, of_team = around.world, how in ("left the team", "is a visitor now")
    owner = world.lind if of_team else world.tom
    action = around.action(owner.id)
    assert ownerless() == 0
    with unit_of_work():
        _leaves(around, how)
    at = NOW + timedelta(days=200) if how == "grant ran out" else NOW
    assert (ownerless(at), ownerless(at)) == (1, 0)
    (todo,) = todos(OWNERLESS)
    assert (todo.owner_id, todo.reason) == (
        world.priya.id,
        f"{owner.name} was to see to something of Mary’s care plan, and may not see the plan any more: “{WORDS}” Find "
        "somebody else for it, or drop it.",
    )
    with unit_of_work():
        setting.change(around.patient, action.id, 1, {"owner_id": world.mary.id}, around.priya)
    assert (done(OWNERLESS), ownerless(at)) == ([True], 0)


def _leaves(around: AtActions, how: str) -> None:
    world, patient = around.world, around.patient
    if how == "left the circle":
        service.end_membership(patient, member_id(patient, world.tom), world.mary.id)
    elif how == "grant ended":
        place = next(one for one in patients.circle(patient) if one.person.id == world.tom.id)
        grants: list[CircleGrant] = [one for one in place.grants if one.category == Category.PLAN]
        seen = next(one for one in grants if one.right == Right.SEE)
        service.end_grant(patient, place.member.id, seen.id, world.mary.id)
    elif how in ("left the team", "is a visitor now"):
        ended = update(Membership).where(Membership.person_id == world.lind.id).values(ended_at=clock.now())
        db.session.execute(ended)
    if how == "is a visitor now":
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.VISITOR)


@pytest.mark.parametrize("how", ["done", "dropped", "back again"])
def test_what_nobody_need_see_to_is_settled(around: AtActions, how: str) -> None:
    action = around.action(around.ada.id)
    with unit_of_work():
        service.end_membership(around.patient, member_id(around.patient, around.ada), around.world.mary.id)
    assert ownerless() == 1
    with unit_of_work():
        if how == "done":
            ending.done(around.patient, action.id, around.priya)
        elif how == "dropped":
            ending.drop(around.patient, action.id, "She is well.", around.priya)
        else:
            service.add_member(around.patient, around.ada, Role.MEMBER, "neighbour", around.world.mary.id)
            give(around.patient, around.ada, Right.SEE, around.world, Category.PLAN)
    assert done(OWNERLESS) == [how != "back again"]  # who came back: whoever was asked says that it is seen to
    assert ownerless() == 0
