"""A stop, or an answer, against the moment of firing: nothing is handed over after it was answered."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from app.core import clock, sealed, worker
from app.core.db import db
from app.core.ids import new_id, new_ids
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines import jobs as medicine_jobs
from app.medicines.models import Dose
from app.medicines.service import reminding
from app.notifications import jobs as notification_jobs
from app.notifications.models import Delivery
from app.notifications.service import bulk, sending, taking_back
from tests.medicines.due import MINUTE, Pillbox, deliveries, pillbox, remind_at, reminders
from tests.notifications.conftest import provider, served
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

__all__ = ["provider", "served"]  # fixtures
RACES = 1000
AT_ONCE = 50


@dataclass
class Race:
    """Doses by the phone that they are reminded on, and when each was answered, on the stopwatch."""

    doses: dict[str, UUID] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    may_arrive: set[str] = field(default_factory=set)


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


def enrol(box: Pillbox, count: int) -> list[str]:
    """So many patients like Mary, each with one medicine; their phones."""
    phones = [f"+9990000{number:05}" for number in range(count)]
    place, now = Person.phone.place, clock.now()
    people = [
        {"id": one, "now": now, "phone": sealed.seal(phone, place, one), "index": sealed.index(phone, place)}
        for one, phone in zip(new_ids(count), phones, strict=True)
    ]
    whose = {"mary": box.patient.id, "of_mary": box.medicine()}
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
            whose,
        )
        db.session.execute(
            text("""insert into medicine (id, created_at, organisation_id, patient_id, name_sealed, typed_sealed,
                    ingredients, window_minutes, remind_every, version, source, entered_by, started_on)
                select p.id, p.created_at, p.organisation_id, p.id, m.name_sealed, m.typed_sealed, '{}', 60, 15, 1,
                    'patient', p.person_id, m.started_on from patient p join person n on n.id = p.person_id, medicine m
                where n.family_name = 'Racer' and m.id = :of_mary"""),
            whose,
        )
    return phones


def fall_due(race: Race, phones: list[str]) -> None:
    """A dose of now for each of these."""
    now = clock.now()
    with unit_of_work():
        found = select(Person).where(Person.phone_index.in_([sealed.index(one, Person.phone.place) for one in phones]))
        for person in db.session.scalars(found):
            organisation = text("select organisation_id from patient where id = :id")
            one = Dose(
                organisation_id=db.session.scalar(organisation, {"id": person.id}), patient_id=person.id,
                medicine_id=person.id, local_date=now.date(), due_at=now, remind_at=now,
                settle_at=now + timedelta(hours=12),
            )  # fmt: skip
            db.session.add(one)
            race.doses[person.phone or ""] = one.id


def answer(app: Flask, race: Race, phone: str, at: float) -> None:
    """As a request does: the state, the call, the commit, and only then the answer."""
    time.sleep(max(0.0, at - time.monotonic()))
    with app.app_context(), unit_of_work():
        stopped = update(Dose).where(Dose.id == race.doses[phone], Dose.state == "due")
        db.session.execute(stopped.values(state=random.choice(("taken", "withdrawn")), remind_at=None))
        called_off = reminding.call_off([race.doses[phone]], waits=True)
    race.answered[phone] = time.monotonic()
    if called_off.may_arrive:
        race.may_arrive.add(phone)


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
    race, rng = Race(), random.Random(4)
    with clock.at(lambda: datetime.now(UTC)):
        phones = enrol(pillbox(world), RACES)
        with two_workers(app), ThreadPoolExecutor(16) as hands, ExitStack() as done:
            for start in range(0, RACES, AT_ONCE):
                some = phones[start : start + AT_ONCE]
                fall_due(race, some)
                times = sorted(time.monotonic() + rng.uniform(0, 1) for _ in some)
                for phone, at in zip(rng.sample(some, AT_ONCE), times, strict=True):
                    done.callback(hands.submit(answer, app, race, phone, at).result)
                time.sleep(1)
    assert len(race.answered) == RACES
    handed = {phone: times for phone, times in arrivals.items() if phone in race.doses}
    assert {phone for phone, times in handed.items() if max(times) > race.answered[phone]} == set()
    assert max(map(len, handed.values())) == 1
    assert 50 < len(handed) < RACES - 50, "the race was never close"
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
