"""Any sequence of edits, pauses, stops, answers and hours, by anybody: one record a slot, and true history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.medicines import queries as medicines
from app.medicines import recurrence, stored
from app.medicines.entering import NewAnswer, NewMedicine, NewPause, NewSchedule
from app.medicines.models import Dose, DoseAnswer, Schedule
from app.medicines.patterns import Days, Elapsed, Pattern, Phase, Phases, Slot
from app.medicines.service import answering, listing, making, overdue, pausing, scheduling
from app.patients import queries
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from tests.conftest import NOW
from tests.people import World

HOUR = timedelta(hours=1)
WAYS = ("app", "sms", "page")

HOURS = [time(hour) for hour in (7, 10, 12, 14, 18, 22)]

clock_times = st.lists(st.sampled_from(HOURS), min_size=1, max_size=3, unique=True)
walls = st.tuples(clock_times, st.sampled_from([Days(), Days(every=2), Days(weekdays=frozenset({3, 4}))])).map(
    lambda drawn: Phases((Phase(tuple(Slot(0, at=at) for at in drawn[0]), drawn[1]),))
)
hours = st.builds(Elapsed, every=st.sampled_from([4 * HOUR, 6 * HOUR]), first_at=st.just(NOW + HOUR))
acts = st.one_of(
    st.tuples(st.just("schedule"), walls | hours),
    st.tuples(st.just("answer"), st.sampled_from(("taken", "missed", "skipped", "undone", "later")), st.integers(0, 5)),
    st.tuples(st.just("answer again"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(1, 30)),
    st.tuples(st.just("pause"), st.integers(0, 10), st.integers(1, 30)),
    st.tuples(st.just("resume")),
    st.tuples(st.just("stop")),
    st.tuples(st.just("start")),
    st.tuples(st.just("tick")),
)


@dataclass
class Stage:
    """Mary's medicine in a transaction that is taken back, beside what was answered, kept by hand."""

    patient: AdmittedPatient
    people: tuple[UUID, ...]
    medicine_id: UUID
    now: datetime = NOW
    turn: int = 0
    standing: dict[UUID, str] = field(default_factory=dict)  # dose -> what was last recorded of it

    def by(self) -> By:
        self.turn += 1
        role = (Role.PATIENT, Role.MEMBER)[self.turn % 2]
        return By(self.people[self.turn % 2], role, WAYS[self.turn % 3])

    def doses(self) -> list[Dose]:
        where = (Dose.medicine_id == self.medicine_id, Dose.state != "withdrawn")
        asked = select(Dose).where(*where).order_by(Dose.due_at).execution_options(populate_existing=True)
        return list(db.session.scalars(asked))

    def near(self, place: int) -> Dose | None:
        """One of the doses around now."""
        around = [dose for dose in self.doses() if abs(dose.due_at - self.now) < 12 * HOUR]
        return around[place % len(around)] if around else None

    def schedule(self) -> Schedule | None:
        return next(iter(medicines.schedules(self.patient, [self.medicine_id]).get(self.medicine_id, [])), None)


def act(stage: Stage, name: str, *more: Any) -> None:
    """Do it as somebody, at the stage's hour; what is refused changes nothing."""
    with suppress(Conflict, Invalid, NotFound):
        ACTS[name](stage, *more)
    db.session.flush()


def _schedule(stage: Stage, pattern: Pattern) -> None:
    running = stage.schedule()
    if running is None:
        scheduling.add(stage.patient, stage.medicine_id, NewSchedule(pattern), stage.by())
    else:
        scheduling.change(stage.patient, running.id, running.version, {"pattern": pattern}, stage.by())


def _answer(stage: Stage, answer: str, place: int) -> None:
    dose = stage.near(place)
    if dose is None:
        return
    minutes, why = 10 if answer == "later" else None, "other" if answer == "skipped" else None
    said = NewAnswer(new_id(), dose.id, answer, minutes=minutes, why=why)
    for again in range(2):  # sent twice, it is the same answer
        (told,) = answering.answer(stage.patient, [said], stage.by())
        if told.outcome == "recorded" and not again and answer != "later":
            stage.standing[dose.id] = answer


def _answer_again(stage: Stage, place: int) -> None:
    """A tick by another way in, of a dose that is recorded already."""
    recorded = [dose for dose in stage.doses() if dose.state == "taken"]
    if recorded:
        dose = recorded[place % len(recorded)]
        (told,) = answering.answer(stage.patient, [NewAnswer(new_id(), dose.id, "taken")], stage.by())
        assert (told.outcome, told.asks_two) == ("already", True)


def _wait(stage: Stage, hours: int) -> None:
    stage.now += hours * HOUR


def _pause(stage: Stage, after: int, lasts: int) -> None:
    starts_at = stage.now + after * HOUR
    pausing.pause(stage.patient, NewPause(starts_at, starts_at + lasts * HOUR, "hospital"), stage.by())


def _resume(stage: Stage) -> None:
    for pause in medicines.pauses(stage.patient):
        pausing.resume(stage.patient, pause.id, stage.by())


def _stop(stage: Stage) -> None:
    listing.stop(stage.patient, stage.medicine_id, "A rash.", stage.by())


def _start(stage: Stage) -> None:
    listing.start_again(stage.patient, stage.medicine_id, stage.by())


def _tick(stage: Stage) -> None:
    making.make_ahead()
    overdue.settle()


ACTS = {
    "schedule": _schedule, "answer": _answer, "answer again": _answer_again, "wait": _wait, "pause": _pause,
    "resume": _resume, "stop": _stop, "start": _start, "tick": _tick,
}  # fmt: skip


def check(stage: Stage) -> None:
    """What must be true at every moment."""
    doses = stage.doses()
    slots = [(dose.schedule_id, dose.local_date, dose.slot) for dose in doses]
    assert len(slots) == len(set(slots))
    assert len({dose.due_at for dose in doses}) == len(doses)  # no two at one time
    by_id = {dose.id: dose for dose in doses}
    for dose_id, answer in stage.standing.items():
        if answer == "undone":  # open again, or gone with a change of its schedule
            assert dose_id not in by_id or by_id[dose_id].state in ("due", "not_recorded", "paused")
        else:
            assert by_id[dose_id].state == answer  # what was recorded is never withdrawn
        assert folded(dose_id) == (answer if answer != "undone" else None)
    for dose in doses:
        assert (dose.taken_at is None) == (dose.state != "taken")
    coming = [dose for dose in doses if dose.due_at > stage.now and dose.state in ("due", "paused")]
    assert {(dose.local_date, dose.slot): dose.due_at for dose in coming} == expected(stage, doses)


def folded(dose_id: UUID) -> str | None:
    """What the answers that counted come to."""
    where = (DoseAnswer.dose_id == dose_id, DoseAnswer.counted, DoseAnswer.answer != "later")
    said = db.session.scalars(select(DoseAnswer.answer).where(*where).order_by(DoseAnswer.created_at, DoseAnswer.id))
    last = list(said)[-1]
    return None if last == "undone" else last


def expected(stage: Stage, doses: list[Dose]) -> dict[tuple[date, int], datetime]:
    """The doses to come, straight from the schedule: but for slots that were answered, or whose time has passed."""
    schedule = stage.schedule()
    if schedule is None or medicines.medicine(stage.patient, stage.medicine_id).stopped_at is not None:
        return {}
    gone = {
        (dose.local_date, dose.slot)
        for dose in doses
        if dose.schedule_id == schedule.id and not (dose.due_at > stage.now and dose.state in ("due", "paused"))
    }
    found = recurrence.occurrences(
        stored.from_json(schedule.pattern),
        starts_on=schedule.starts_on,
        ends_on=schedule.ends_on,
        zone=stage.patient.zone,
        usual_day=medicines.usual_day(stage.patient),
        since=stage.now,
        until=schedule.made_until,
    )
    is_open = ("due", "paused")
    answered = {dose.due_at for dose in doses if dose.schedule_id == schedule.id and dose.state not in is_open}
    coming = [one for one in found if one.due_at > stage.now and one.due_at not in answered]
    return {(one.local_date, one.slot): one.due_at for one in coming if (one.local_date, one.slot) not in gone}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=4, max_size=16))
def test_any_order_keeps_one_record_a_slot_and_its_true_history(world: World, done: list[tuple[Any, ...]]) -> None:
    patient = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
    by = By(world.mary.id, Role.PATIENT)
    medicine = listing.add(patient, NewMedicine("Furosemide 40 mg"), by)
    stage = Stage(patient, (world.mary.id, world.tom.id), medicine.id)
    scheduling.add(patient, medicine.id, NewSchedule(Phases((Phase((Slot(0, at=time(8)), Slot(0, at=time(20)))),))), by)
    for name, *more in done:
        with clock.at(stage.now):
            act(stage, name, *more)
        with clock.at(stage.now):
            check(stage)
    db.session.rollback()
