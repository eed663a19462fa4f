"""The medicines of the demo: entered a week ago, recorded day by day, one for Priya to settle."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.core import clock
from app.core.db import db
from app.demo import medicines
from app.demo.timeline import Timeline
from app.medicines import queries
from app.medicines.models import Dose, DoseWatch, Schedule
from app.patients import queries as patients
from app.todos.models import Todo
from tests.medicines.dosage import wording
from tests.people import World

LONDON, LAST_DAY = ZoneInfo("Europe/London"), date(2026, 11, 25)


def test_a_week_is_lived_through(world: World) -> None:
    timeline = Timeline(clock.now())
    medicines.plan(timeline, world, LAST_DAY, LONDON)
    with clock.at(timeline.clock):
        timeline.run(datetime.combine(LAST_DAY, time(23, 59), LONDON))
        patient = patients.admitted_one(world.mary_patient.id)
        begins, ends = queries.local_day(patient, LAST_DAY)
        named = {one.id: (one.name or "").split()[0] for one in queries.medicines(patient)}
        last = [(named[one.medicine_id], one.state) for one in queries.doses(patient, begins, ends)]
    assert list(named.values()) == [
        "Furosemide", "Bisoprolol", "Simvastatin", "Alendronic", "Salbutamol", "Paracetamol",
    ]  # fmt: skip
    assert sorted(last) == [
        ("Bisoprolol", "taken"), ("Furosemide", "taken"), ("Salbutamol", "taken"), ("Simvastatin", "due"),
    ]  # fmt: skip
    states = Counter(db.session.scalars(db.select(Dose.state).where(Dose.due_at < ends)))
    assert states["skipped"] == 1
    assert states["taken"] > 20
    assert [one.kind for one in db.session.scalars(db.select(Todo))] == ["medicine_unclear"]
    unclear = [one for one in db.session.scalars(db.select(Schedule)) if one.unclear]
    assert [one.instructions for one in unclear] == ["Two capsules three times a day"]
    assert {one.person_id for one in db.session.scalars(db.select(DoseWatch))} == {world.tom.id}


def test_nothing_of_it_is_dosing_advice() -> None:
    path = wording.PROJECT / "app" / "demo" / "medicines.py"
    assert [advice for text in wording.of_code(path) for advice in wording.advice(text)] == []
