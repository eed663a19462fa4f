"""A stop, or an answer, against the moment of firing: nothing is handed over after it was answered."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from app.access.roles import Role
from app.core import clock, sealed, worker
from app.core.db import db
from app.core.ids import new_id, new_ids
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines import jobs as medicine_jobs
from app.medicines import stored
from app.medicines.models import Dose, Medicine, Schedule
from app.medicines.patterns import Phase, Phases, Slot
from app.medicines.service import listing, reminding
from app.notifications import jobs as notification_jobs
from app.notifications.models import Delivery
from app.notifications.service import bulk, sending, taking_back
from app.patients import queries as patients
from app.patients.by import By
from tests.medicines.due import MINUTE, Pillbox, deliveries, pillbox, remind_at, reminders
from tests.notifications.conftest import provider, served
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

__all__ = ["provider", "served"]  # fixtures
DAY = timedelta(days=1)
RACES = 1000
AT_ONCE = 50


@dataclass
class Race:
    """Patients by their phones, a dose of each, and when its stop was answered, on the stopwatch."""

    patients: dict[str, UUID]
    doses: dict[str, UUID] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    spread: float = 1.0  # seconds over which the next stops come
    longest: float = 0.0  # seconds that a stop took

    def close_in(self, firings: int, of: int) -> None:
        """Stop sooner where most were fired first, and later where few were, so that it is close on any machine."""
        self.spread = max(0.01, min(2.0, self.spread * (0.6 if firings > of / 2 else 1.6)))


@pytest.fixture
def arrivals(provider: TwilioStandIn) -> dict[str, list[float]]:
    """When the provider was handed what for which phone."""
    found: dict[str, list[float]] = {}
    create = provider.create

    def noting(form: dict[str, str]) -> tuple[twilio.Answer, dict[str, Any] | None]:
        found.setdefault(form["To"], []).append(time.monotonic())
        return create(form)

    provider.create = noting  # type: ignore[method-assign]
    return found


def enrol(world: World, count: int) -> dict[str, UUID]:
    """So many patients like Mary, each with one medicine that is taken each morning; by their phones."""
    phones = [f"+9990000{number:05}" for number in range(count)]
    place, now = Person.phone.place, clock.now()
    people = [
        {"id": one, "now": now, "phone": sealed.seal(phone, place, one), "index": sealed.index(phone, place)}
        for one, phone in zip(new_ids(count), phones, strict=True)
    ]
    with unit_of_work():
        db.session.execute(
            text("""insert into person (id, created_at, kind, given_name, family_name, language, phone_sealed,
                phone_index, is_active) values (:id, :now, 'human', 'Mary', 'Racer', 'en', :phone, :index, true)"""),
            people,
        )
        db.session.execute(
            text("""insert into patient (id, created_at, organisation_id, person_id, team_id, coordinator_id,
                    coordinator_role, is_pregnant, zone, enrolled_at, version)
                select p.id, p.created_at, m.organisation_id, p.id, m.team_id, m.coordinator_id, 'coordinator', false,
                    m.zone, m.enrolled_at, 1 from person p, patient m
                where p.family_name = 'Racer' and m.id = :mary"""),
            {"mary": world.mary_patient.id},
        )
    with unit_of_work():
        for one in people:
            _medicine(world, one["id"])
    return {phone: one["id"] for phone, one in zip(phones, people, strict=True)}


def _medicine(world: World, patient_id: UUID) -> None:
    """One with a schedule; the patient, the person and the medicine share an id."""
    whose = {"organisation_id": world.organisation.id, "patient_id": patient_id}
    today = clock.now().date()
    made = Medicine(
        id=patient_id, ingredients={}, window_minutes=60, remind_every=15, source="patient", entered_by=patient_id,
        started_on=today, **whose,
    )  # fmt: skip
    made.name = made.typed = "Bisoprolol"
    db.session.add(made)
    db.session.flush()
    daily = Schedule(
        id=patient_id,
        medicine_id=patient_id,
        kind="phases",
        starts_on=today,
        made_until=clock.now() + 15 * DAY,
        **whose,
    )
    daily.pattern = stored.to_json(Phases((Phase((Slot(0, at=wall_time(8)),)),)))
    db.session.add(daily)


def fall_due(race: Race, phones: list[str], organisation_id: UUID) -> None:
    """A dose of now for each of these."""
    now = clock.now()
    with unit_of_work():
        for phone in phones:
            whose = race.patients[phone]
            one = Dose(
                organisation_id=organisation_id, patient_id=whose, medicine_id=whose, schedule_id=whose, slot=0,
                local_date=now.date(), due_at=now, remind_at=now, settle_at=now + timedelta(hours=12),
            )  # fmt: skip
            db.session.add(one)
            race.doses[phone] = one.id


def stop(app: Flask, race: Race, phone: str, at: float) -> None:
    """As a request does: the stop, the commit, and only then the answer."""
    whose = race.patients[phone]
    time.sleep(max(0.0, at - time.monotonic()))
    began = time.monotonic()
    with app.app_context(), unit_of_work():
        listing.stop(patients.admitted_one(whose), whose, "A rash.", By(whose, Role.PATIENT))
    race.answered[phone] = time.monotonic()
    race.longest = max(race.longest, race.answered[phone] - began)


@contextmanager
def two_workers(app: Flask) -> Iterator[None]:
    """Two workers with all their hands, in this process."""
    stop = threading.Event()
    crews = (*notification_jobs.crews(2), *medicine_jobs.CREWS)
    running = [threading.Thread(target=worker.run, args=(app, crews, (), stop), daemon=True) for _ in range(2)]
    for one in running:
        one.start()
    try:
        yield
    finally:
        stop.set()
        for one in running:
            one.join(8)


def test_a_thousand_stops_against_firing(
    app: Flask, provider: TwilioStandIn, world: World, arrivals: dict[str, list[float]]
) -> None:
    provider.storm({twilio.slow(0.1): 0.3})
    rng = random.Random(4)
    with clock.at(lambda: datetime.now(UTC)):
        race = Race(enrol(world, RACES))
        phones = list(race.patients)
        with two_workers(app), ThreadPoolExecutor(6) as hands:
            for start in range(0, RACES, AT_ONCE):
                some = phones[start : start + AT_ONCE]
                fall_due(race, some, world.organisation.id)
                times = sorted(time.monotonic() + rng.uniform(0, race.spread) for _ in some)
                racing = zip(rng.sample(some, AT_ONCE), times, strict=True)
                for one in [hands.submit(stop, app, race, phone, at) for phone, at in racing]:
                    one.result()
                race.close_in(sum(phone in arrivals for phone in some), AT_ONCE)
    assert len(race.answered) == RACES
    handed = {phone: times for phone, times in arrivals.items() if phone in race.doses}
    assert {phone for phone, times in handed.items() if max(times) > race.answered[phone]} == set()
    assert max(map(len, handed.values())) == 1
    assert race.longest < sending.LEASE.total_seconds() / 2, "a stop and a sender waited for each other"
    assert 200 < len(handed) < RACES - 200, "the race was never close"
    with unit_of_work():
        waiting = select(Delivery.id).where(Delivery.state.in_(("pending", "unknown")))
        assert db.session.scalars(waiting).all() == []


@pytest.fixture
def box(world: World) -> Pillbox:
    return pillbox(world)


def call_off(*doses: UUID) -> reminding.CalledOff:
    with unit_of_work():
        db.session.execute(update(Dose).where(Dose.id.in_(doses)).values(state="taken", remind_at=None))
        return reminding.call_off(doses, waits=True)


def test_one_in_hand_is_waited_for_and_it_is_said_that_it_may_arrive(
    app: Flask, provider: TwilioStandIn, box: Pillbox
) -> None:
    begun, let_go = threading.Event(), threading.Event()
    provider.script(twilio.Answer(accepts=True, after=9, begun=begun, until=let_go))
    one = box.dose(clock.now())
    remind_at(clock.now())

    def send() -> None:
        with app.app_context():
            [batch] = bulk.claim(1)
            bulk.hand_over(batch)

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(10)
    threading.Timer(0.3, let_go.set).start()
    began = time.monotonic()
    assert call_off(one) == reminding.CalledOff(0, True)
    assert time.monotonic() - began >= 0.25
    sender.join()
    bulk.rest()
    assert [row.state for row in deliveries()] == ["accepted"]
    assert [row.state for row in reminders()] == ["made"]


def test_what_failed_in_hand_is_not_tried_again(app: Flask, provider: TwilioStandIn, box: Pillbox) -> None:
    begun, let_go = threading.Event(), threading.Event()
    provider.script(twilio.Answer(429, 20429, after=9, begun=begun, until=let_go))
    one = box.dose(clock.now())
    remind_at(clock.now())

    def send() -> None:
        with app.app_context():
            sending.send_all_due()

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(10)
    threading.Timer(0.2, let_go.set).start()
    assert call_off(one) == reminding.CalledOff(1, False)
    sender.join()
    assert [row.state for row in deliveries()] == ["stale"]


def test_what_a_dead_sender_held_is_stopped_when_its_lease_ends(provider: TwilioStandIn, box: Pillbox) -> None:
    one = box.dose(clock.now())
    remind_at(clock.now())
    now = clock.now()
    assert len(sending.claim_reminders(5)) == 1
    began = time.monotonic()
    with clock.at(lambda: now + timedelta(seconds=60 * (time.monotonic() - began))):  # so that half a minute is short
        assert call_off(one) == reminding.CalledOff(0, True)
    with clock.at(now + 8 * MINUTE):
        assert sending.send_all_due() == 0
    assert [(row.state, row.last_outcome) for row in deliveries()] == [("stale", "withdrawn")]
    assert provider.requests == 0


def test_of_two_answers_at_the_same_time_one_stops_the_message(app: Flask, box: Pillbox) -> None:
    """Each alone leaves a dose that is due."""
    doses = [box.dose(clock.now() + MINUTE), box.dose(clock.now() + MINUTE, box.medicine())]
    remind_at(clock.now())
    together = threading.Barrier(2)

    def answer_one(one: UUID) -> int:
        with app.app_context(), unit_of_work():
            db.session.execute(update(Dose).where(Dose.id == one).values(state="taken"))
            together.wait(10)
            return reminding.call_off([one]).reminders

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(answer_one, doses)) == [0, 1]
    assert [row.state for row in deliveries()] == ["stale"]


def test_nothing_about_it_waits_and_nothing_is_asked_twice(world: World) -> None:
    with unit_of_work():
        assert taking_back.take_back([new_id()]) == taking_back.TakenBack(frozenset(), frozenset())
