"""What Mary and Mr Khan take in the demo, and a week of doses: most recorded, one late, one left out, one forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo.people import World
from app.demo.timeline import Timeline
from app.identity.models import Person
from app.medicines import queries
from app.medicines.entering import NewAnswer, NewGiven, NewMedicine, NewSchedule
from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Pattern, Phase, Phases, Slot
from app.medicines.service import answering, giving, listing, scheduling, watching
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.by import By

DAYS: Final = 6  # before the last whole day
ONE: Final = Decimal(1)
LATE_ON, LEFT_OUT_ON, FORGOTTEN_ON = 3, 2, 1  # days before today
TOLD_AFTER: Final = 60  # minutes
NEAR: Final = timedelta(hours=4)


def plan(timeline: Timeline, world: World, last_day: date, zone: ZoneInfo) -> None:
    """Have them entered a week ago, and their doses recorded day by day, those of this morning too."""
    first = last_day - timedelta(days=DAYS)
    timeline.plan(datetime.combine(first, time(6), zone), partial(enter, world))
    for back in range(DAYS + 2):
        _plan_day(timeline, world, last_day + timedelta(days=1 - back), zone, back)


def _plan_day(timeline: Timeline, world: World, day: date, zone: ZoneInfo, back: int) -> None:
    morning = time(10, 45) if back == LATE_ON else time(8, 10)
    timeline.plan(datetime.combine(day, morning, zone), partial(_answer, world.mary_patient.id, world.mary))
    timeline.plan(datetime.combine(day, time(8, 30), zone), partial(_answer, world.khan_patient.id, world.khan))
    if back == LEFT_OUT_ON:
        left_out = partial(_answer, world.mary_patient.id, world.mary, "skipped", "unwell")
        timeline.plan(datetime.combine(day, time(22, 5), zone), left_out)
    elif back != FORGOTTEN_ON:
        evening = partial(_answer, world.mary_patient.id, world.tom if back % 2 else world.mary)
        timeline.plan(datetime.combine(day, time(22, 15), zone), evening)
    if back % 3 == 1:
        timeline.plan(datetime.combine(day, time(15, 20), zone), partial(_take_when_needed, world))


def enter(world: World) -> None:
    """Put their medicines on the list; Tom may record Mary's doses, and is told of those that nobody records."""
    with unit_of_work():
        mary, khan = (patients.admitted_one(one.id) for one in (world.mary_patient, world.khan_patient))
        _tom_helps(mary, world)
        for new, pattern, text in _of_mary():
            made = _enter(mary, world.mary, new, pattern, text)
            if isinstance(pattern, Phases):
                by = By(world.mary.id, Role.PATIENT)
                watching.watch(mary, made, {world.tom.id: TOLD_AFTER}, by)
        for new, pattern, text in _of_khan():
            _enter(khan, world.khan, new, pattern, text)


def _tom_helps(mary: AdmittedPatient, world: World) -> None:
    (tom,) = [place.member for place in patients.circle(mary) if place.person.id == world.tom.id]
    until = clock.today(mary.zone) + timedelta(days=180)
    for right in (Right.SEE, Right.BE_TOLD, Right.ACT):
        service.give_grant(mary, tom.id, Category.MEDICINES, right, until, world.mary.id)


def _enter(patient: AdmittedPatient, person: Person, new: NewMedicine, pattern: Pattern, text: str) -> UUID:
    by = By(person.id, Role.PATIENT)
    made = listing.add(patient, new, by)
    scheduling.add(patient, made.id, NewSchedule(pattern, text), by)
    return made.id


def _daily(at: time | Anchor, days: Days | None = None) -> Phases:
    slot = Slot(0, anchor=at, amount=ONE) if isinstance(at, Anchor) else Slot(0, at=at, amount=ONE)
    return Phases((Phase((slot,), days or Days()),))


def _of_mary() -> Sequence[tuple[NewMedicine, Pattern, str]]:
    lind: dict[str, Any] = {"prescriber": "Dr Lind", "prescriber_phone": "020 7946 0018"}
    paracetamol = {"paracetamol": "500"}
    return (
        (
            NewMedicine("Furosemide 40 mg tablets", form="tablet", reason="Heart failure", **lind),
            _daily(time(8)),
            "One tablet each morning",
        ),
        (
            NewMedicine("Bisoprolol 2.5 mg tablets", form="tablet", reason="Heart failure", **lind),
            _daily(time(8)),
            "One tablet each morning",
        ),
        (
            NewMedicine("Simvastatin 20 mg tablets", form="tablet", reason="Cholesterol", **lind),
            _daily(Anchor.BEDTIME),
            "One tablet at bedtime",
        ),
        (
            NewMedicine("Alendronic acid 70 mg tablets", form="tablet", reason="Bones", **lind),
            _daily(time(7), Days(weekdays=frozenset({7}))),
            "One tablet once a week on Sundays",
        ),
        (
            NewMedicine("Salbutamol 100 micrograms inhaler", form="puff", reason="Breathlessness", **lind),
            AsNeeded(timedelta(hours=4), Decimal(8), Decimal(2)),
            "Two puffs when needed",
        ),
        (
            NewMedicine("Paracetamol 500 mg tablets", form="tablet", reason="Pain", ingredients=paracetamol),
            AsNeeded(timedelta(hours=4), Decimal(8), Decimal(2)),
            "",
        ),
    )


def _of_khan() -> Sequence[tuple[NewMedicine, Pattern, str]]:
    """One of them with a text that its times contradict: for Priya to settle."""
    twice = Phases((Phase((Slot(0, at=time(8), amount=Decimal(2)), Slot(1, at=time(20), amount=Decimal(2)))),))
    return (
        (NewMedicine("Tiotropium 18 microgram capsules", form="capsule", reason="COPD"), _daily(time(8)), ""),
        (
            NewMedicine("Carbocisteine 375 mg capsules", form="capsule", reason="Phlegm"),
            twice,
            "Two capsules three times a day",
        ),
        (
            NewMedicine("Prednisolone 5 mg tablets", form="tablet", reason="Rescue pack"),
            AsDirected("it is used as a written plan says"),
            "As directed",
        ),
    )


def _answer(patient_id: UUID, person: Person, answer: str = "taken", why: str | None = None) -> None:
    """Whoever it is says what became of the doses of the last hours."""
    with unit_of_work():
        patient, now = patients.admitted_one(patient_id), clock.now()
        due = [one for one in queries.doses(patient, now - NEAR, now) if one.state == "due"]
        role = Role.PATIENT if person.id == patient.person_id else Role.MEMBER
        if said := [NewAnswer(new_id(), one.id, answer, why=why) for one in due]:
            answering.answer(patient, said, By(person.id, role))


def _take_when_needed(world: World) -> None:
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        (inhaler,) = [one for one in queries.medicines(patient) if (one.name or "").startswith("Salbutamol")]
        giving.give(patient, inhaler.id, NewGiven(new_id(), Decimal(2)), By(world.mary.id, Role.PATIENT))
