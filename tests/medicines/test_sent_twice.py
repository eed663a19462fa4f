"""A form sent twice, or by two at once, makes one: a medicine, a schedule, a count."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from app.access.roles import Role
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.medicines import queries
from app.medicines.entering import NewCount, NewMedicine, NewSchedule
from app.medicines.models import Medicine, Schedule, StockCount
from app.medicines.patterns import Phase, Phases, Slot
from app.medicines.service import counting, listing, scheduling
from app.patients import queries as patients
from app.patients.by import By
from tests.people import World

FORM = new_id()
CALPOL = NewMedicine("Calpol", form="sachet", ingredients={"paracetamol": "250.000"})
ONE = Decimal(1)
DAILY = NewSchedule(Phases((Phase((Slot(0, time(8), amount=ONE), Slot(0, time(20)))),)), "twice a day")
PACK = NewCount(came=Decimal(28), pack_size=Decimal(28))
Act = Callable[[], Any]


@pytest.fixture
def medicine_id(world: World) -> UUID:
    """A medicine that was counted once."""
    with unit_of_work():
        made = listing.add(*_args(world, CALPOL))
        counting.count(_patient(world), made, NewCount(quantity=Decimal(2)), _by(world))
    return made.id


def _patient(world: World) -> Any:
    return patients.admitted_one(world.mary_patient.id)


def _by(world: World) -> By:
    return By(world.mary.id, Role.PATIENT)


def _args(world: World, new: Any) -> tuple[Any, Any, By]:
    return _patient(world), new, _by(world)


def add(world: World, new: NewMedicine = CALPOL, form: UUID = FORM) -> UUID:
    with unit_of_work():
        return listing.add_once(_patient(world), form, new, _by(world)).id


def schedule(world: World, medicine_id: UUID, new: NewSchedule = DAILY) -> UUID:
    with unit_of_work():
        return scheduling.add_once(_patient(world), medicine_id, FORM, new, _by(world)).id


def count(world: World, medicine_id: UUID) -> bool:
    with unit_of_work():
        patient = _patient(world)
        return counting.count_once(patient, queries.medicine(patient, medicine_id), FORM, PACK, _by(world))


def four_at_once(app: Flask, act: Act) -> list[Any]:
    def one(_: int) -> Any:
        with app.app_context():
            return act()

    with ThreadPoolExecutor(4) as together:
        return list(together.map(one, range(4)))


def test_a_medicine_is_made_once_by_four_at_once(app: Flask, world: World) -> None:
    assert len(set(four_at_once(app, lambda: add(world)))) == 1
    assert db.session.query(Medicine).count() == 1


def test_a_schedule_is_made_once_by_four_at_once(app: Flask, world: World, medicine_id: UUID) -> None:
    assert len(set(four_at_once(app, lambda: schedule(world, medicine_id)))) == 1
    assert db.session.query(Schedule).count() == 1


def test_packs_are_added_once_by_four_at_once(app: Flask, world: World, medicine_id: UUID) -> None:
    assert sum(four_at_once(app, lambda: count(world, medicine_id))) == 1
    quantities = [one.quantity for one in db.session.query(StockCount).order_by(StockCount.counted_at)]
    assert quantities == [Decimal(2), Decimal(30)]


OTHERWISE = {
    "another name": replace(CALPOL, typed="Calpol Six Plus"),
    "another form": replace(CALPOL, form="tablet"),
    "nothing of what it holds": replace(CALPOL, ingredients={}),
    "another class": replace(CALPOL, time_critical="epilepsy"),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_the_same_form_with_something_else_in_it_is_refused(world: World, case: str) -> None:
    add(world)
    with pytest.raises(Conflict, match="with something else in it"):
        add(world, OTHERWISE[case])
    assert add(world, OTHERWISE[case], new_id()) != add(world)


OTHER_TIMES = {
    "another time": replace(DAILY, pattern=Phases((Phase((Slot(0, time(9), amount=ONE),)),))),
    "another amount": replace(DAILY, pattern=Phases((Phase((Slot(0, time(8)), Slot(0, time(20)))),))),
    "other words": replace(DAILY, instructions="twice a day with food"),
    "another last day": replace(DAILY, ends_on=date(2026, 12, 1)),
}


@pytest.mark.parametrize("case", OTHER_TIMES)
def test_so_are_other_times(world: World, medicine_id: UUID, case: str) -> None:
    first = schedule(world, medicine_id)
    assert schedule(world, medicine_id, replace(DAILY, starts_on=date(2026, 11, 18))) == first
    with pytest.raises(Conflict, match="with something else in it"):
        schedule(world, medicine_id, OTHER_TIMES[case])


def test_one_form_names_a_row_of_its_own_with_each_patient(world: World) -> None:
    mine = add(world)
    with unit_of_work():
        other = patients.admitted_one(world.khan_patient.id)
        theirs = listing.add_once(other, FORM, CALPOL, By(world.khan.id, Role.PATIENT)).id
    assert mine != theirs
