"""Doses nobody recorded: who is told after how long, once and in one message, and what is written down in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.core import clock, events
from app.core.db import db
from app.core.events import Handler
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines import time_critical
from app.medicines.events import DosesNotRecorded
from app.medicines.models import Dose, DoseTelling, DoseWatch, Medicine, MedicinePause
from app.medicines.service import overdue
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.patients import queries, service
from app.patients.models import CircleGrant, CircleMember, Patient
from tests import queries_counted
from tests.conftest import NOW
from tests.medicines.due import HOUR, MINUTE, Pillbox, deliveries, dose, pillbox, utc
from tests.medicines.table import Table, table_of
from tests.people import World
from tests.texting.conftest import Refusing, refusing

__all__ = ["refusing"]  # a fixture

EIGHT = utc("2026-11-18 12:00")  # of the patient's day; two hours after the tests' clock begins


@pytest.fixture
def box(world: World) -> Pillbox:
    return pillbox(world)


def may_be_told(world: World, *people: Person, ends_in: int = 30) -> None:
    """Mary has them told of her medicines."""
    with unit_of_work():
        patient = queries.admitted_one(world.mary_patient.id)
        places = {place.person.id: place.member.id for place in queries.circle(patient)}
        for one in people:
            ends_on = clock.today(patient.zone) + timedelta(days=ends_in)
            service.give_grant(patient, places[one.id], Category.MEDICINES, Right.BE_TOLD, ends_on, by=world.mary.id)


def watched(box: Pillbox, medicine_id: UUID, **minutes: int) -> None:
    """Tom, adeyemi=60: each is told after so many minutes."""
    with unit_of_work():
        for name, after in minutes.items():
            db.session.add(
                DoseWatch(
                    organisation_id=box.patient.organisation_id,
                    patient_id=box.patient.id,
                    medicine_id=medicine_id,
                    person_id=getattr(box.world, name).id,
                    after_minutes=after,
                    by=box.patient.person_id,
                )
            )


def tick(moment: datetime) -> int:
    """The worker's look at that moment."""
    with clock.at(moment), unit_of_work():
        return overdue.tell_of_overdue()


def live(since: datetime, until: datetime, each: timedelta = 5 * MINUTE) -> dict[datetime, int]:
    """Let time pass; at which moments how many messages were written."""
    told = {}
    while since <= until:
        if count := tick(since):
            told[since] = count
        since += each
    return told


@pytest.mark.parametrize("after", [5, 30, 60, 240])
def test_after_the_chosen_delay_and_not_before(box: Pillbox, world: World, after: int) -> None:
    may_be_told(world, world.tom)
    medicine = box.medicine()
    watched(box, medicine, tom=after)
    late = box.dose(EIGHT, medicine)
    assert tick(EIGHT + after * MINUTE - timedelta(seconds=1)) == 0
    assert tick(EIGHT + after * MINUTE) == 1
    [delivery] = deliveries()
    assert (delivery.recipient_id, delivery.about, delivery.about_id) == (world.tom.id, "dose", late)
    assert dose(late).told_at == EIGHT + after * MINUTE


def test_each_after_their_own_delay_for_each_medicine(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    first, second = box.medicine(), box.medicine()
    watched(box, first, tom=30, adeyemi=60)
    watched(box, second, adeyemi=90)
    box.dose(EIGHT, first)
    box.dose(EIGHT, second)
    assert live(EIGHT, EIGHT + 6 * HOUR) == {EIGHT + 30 * MINUTE: 1, EIGHT + 60 * MINUTE: 1, EIGHT + 90 * MINUTE: 1}
    adeyemi, tom = world.adeyemi.id, world.tom.id
    assert [one.recipient_id for one in deliveries()] == [tom, adeyemi, adeyemi]


def test_one_message_for_all_of_a_time_that_names_no_medicine(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom)
    for _ in range(3):
        medicine = box.medicine()
        watched(box, medicine, tom=60)
        box.dose(EIGHT, medicine)
    assert live(EIGHT, EIGHT + 2 * HOUR) == {EIGHT + HOUR: 1}
    [delivery] = deliveries()
    assert delivery.body == (
        "Kith: Tom, 3 doses of Mary O. due at 12:00 not recorded as taken. Perhaps had after all: please ask, or see "
        "http://localhost/ Not for emergencies: 999 or 111."
    )
    assert "Bisoprolol" not in delivery.body


def test_a_message_is_whole_whatever_is_done_at_once(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom)
    for _ in range(3):
        medicine = box.medicine()
        watched(box, medicine, tom=60)
        box.dose(EIGHT, medicine)
    with clock.at(EIGHT + HOUR), unit_of_work():
        assert overdue.tell_of_overdue(limit=1) == 1
    assert "3 doses" in (deliveries()[0].body or "")


def test_whoever_could_not_be_told_is_told_at_the_next_tick(box: Pillbox, world: World, refusing: Refusing) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    medicine = box.medicine()
    watched(box, medicine, tom=30, adeyemi=30)
    late = box.dose(EIGHT, medicine)
    with refusing("delivery", f"recipient_id <> '{world.tom.id}'"):
        assert tick(EIGHT + 30 * MINUTE) == 1
        assert db.session.scalars(select(DoseTelling.person_id)).all() == [world.adeyemi.id]
    assert live(EIGHT + 31 * MINUTE, EIGHT + HOUR) == {EIGHT + 31 * MINUTE: 1}
    assert [one.recipient_id for one in deliveries()] == [world.adeyemi.id, world.tom.id]
    assert dose(late).told_at == EIGHT + 30 * MINUTE


def test_a_dose_of_which_nobody_could_be_told_does_not_say_that_somebody_was(
    box: Pillbox, world: World, refusing: Refusing
) -> None:
    may_be_told(world, world.tom)
    medicine = box.medicine()
    watched(box, medicine, tom=30)
    late = box.dose(EIGHT, medicine)
    with refusing("delivery", f"recipient_id <> '{world.tom.id}'"):
        assert live(EIGHT + 30 * MINUTE, EIGHT + HOUR) == {}
    assert (deliveries(), db.session.scalars(select(DoseTelling)).all(), dose(late).told_at) == ([], [], None)


def test_without_a_running_grant_nobody_is_told(box: Pillbox, world: World) -> None:
    may_be_told(world, world.adeyemi, ends_in=0)
    medicine = box.medicine()
    watched(box, medicine, tom=30, adeyemi=30)  # Tom has no right to be told
    box.dose(EIGHT + 24 * HOUR, medicine)  # the day after her last
    assert live(EIGHT + 24 * HOUR, EIGHT + 30 * HOUR) == {}
    box.dose(EIGHT, medicine)
    assert tick(EIGHT + 30 * MINUTE) == 1


def ended_grant(box: Pillbox, medicine_id: UUID) -> None:
    gone = {"ended_at": NOW, "ended_why": "ended", "ended_by": box.patient.person_id}
    db.session.execute(update(CircleGrant).where(CircleGrant.category == "medicines").values(gone))


def left_circle(box: Pillbox, medicine_id: UUID) -> None:
    gone = {"ended_at": NOW, "ended_why": "left"}
    db.session.execute(update(CircleMember).where(CircleMember.person_id == box.world.tom.id).values(gone))


def ended_watch(box: Pillbox, medicine_id: UUID) -> None:
    db.session.execute(update(DoseWatch).values(ended_at=NOW))


def ended_care(box: Pillbox, medicine_id: UUID) -> None:
    values = {"ended_at": NOW, "ended_reason": "moved"}
    db.session.execute(update(Patient).where(Patient.id == box.patient.id).values(values))


def stopped(box: Pillbox, medicine_id: UUID) -> None:
    db.session.execute(update(Medicine).values(stopped_at=NOW))


def paused(box: Pillbox, medicine_id: UUID) -> None:
    whose = {"organisation_id": box.patient.organisation_id, "patient_id": box.patient.id, "by": box.patient.person_id}
    pause = MedicinePause(medicine_id=medicine_id, starts_at=NOW, ends_at=EIGHT + 9 * HOUR, why="hospital", **whose)
    db.session.add(pause)


def answered(box: Pillbox, medicine_id: UUID) -> None:
    db.session.execute(update(Dose).values(state="taken", taken_at=NOW, answered_at=NOW))


def skipped(box: Pillbox, medicine_id: UUID) -> None:
    db.session.execute(update(Dose).values(state="skipped", answered_at=NOW))


@pytest.mark.parametrize("off", [ended_grant, left_circle, ended_watch, ended_care, stopped, paused, answered, skipped])
def test_nobody_is_told_of_what_is_off(box: Pillbox, world: World, off: Any) -> None:
    may_be_told(world, world.tom)
    medicine = box.medicine()
    watched(box, medicine, tom=30)
    box.dose(EIGHT, medicine)
    with unit_of_work():
        off(box, medicine)
    assert live(EIGHT, EIGHT + 6 * HOUR) == {}
    assert deliveries() == []


def critical(box: Pillbox, class_id: str = "parkinsons") -> UUID:
    medicine = box.medicine()
    with unit_of_work():
        db.session.execute(update(Medicine).where(Medicine.id == medicine).values(time_critical=class_id))
    return medicine


def test_of_what_is_time_critical_everybody_who_may_be_told_is_sooner_and_once(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    medicine = critical(box)
    watched(box, medicine, tom=240)
    box.dose(EIGHT, medicine)
    after = time_critical.CLASSES["parkinsons"].tell_after
    assert live(EIGHT, EIGHT + 8 * HOUR) == {EIGHT + after * MINUTE: 2}
    assert {one.recipient_id for one in deliveries()} == {world.tom.id, world.adeyemi.id}


def said(client: FlaskClient, world: World, late: UUID, answer: str, **more: Any) -> None:
    """Mary says it at this moment."""
    assert table_of(client, world, world.mary).say({"id": str(late)}, answer, **more)["outcome"] == "recorded"


def test_that_it_was_not_had_silences_nobody(client: FlaskClient, box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    plain, quick = box.medicine(), critical(box)
    watched(box, plain, tom=30)
    doses = [box.dose(EIGHT, plain), box.dose(EIGHT + MINUTE, quick)]
    with clock.at(EIGHT + MINUTE):
        for late in doses:
            said(client, world, late, "missed")
    after = time_critical.CLASSES["parkinsons"].tell_after
    assert live(EIGHT, EIGHT + 8 * HOUR, MINUTE) == {EIGHT + 30 * MINUTE: 1, EIGHT + (after + 1) * MINUTE: 2}


def test_of_what_was_left_out_for_a_reason_they_hear_where_minutes_matter(
    client: FlaskClient, box: Pillbox, world: World
) -> None:
    may_be_told(world, world.tom)
    plain, quick = box.medicine(), critical(box)
    watched(box, plain, tom=30)
    doses = [box.dose(EIGHT, plain), box.dose(EIGHT, quick)]
    with clock.at(EIGHT + MINUTE):
        for late in doses:
            said(client, world, late, "skipped", why="unwell")
    after = time_critical.CLASSES["parkinsons"].tell_after
    assert live(EIGHT, EIGHT + 8 * HOUR) == {EIGHT + after * MINUTE: 1}
    assert deliveries()[0].about_id == doses[1]


def test_what_waits_to_be_told_is_called_off_once_all_of_its_time_are_had(
    client: FlaskClient, box: Pillbox, world: World
) -> None:
    may_be_told(world, world.tom)
    first, second = box.medicine(), box.medicine()
    watched(box, first, tom=30)
    watched(box, second, tom=30)
    doses = [box.dose(EIGHT, first), box.dose(EIGHT, second)]
    assert tick(EIGHT + 30 * MINUTE) == 1
    with clock.at(EIGHT + 31 * MINUTE):
        said(client, world, doses[0], "taken")
        assert deliveries()[0].state == "pending"
        said(client, world, doses[1], "missed")
        assert deliveries()[0].state == "pending"
        said(client, world, doses[1], "taken")
        assert (deliveries()[0].state, deliveries()[0].last_outcome) == ("stale", "withdrawn")


def grant_ran_out(box: Pillbox, medicine_id: UUID) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    db.session.execute(update(CircleGrant).where(CircleGrant.category == "medicines").values(ends_on=yesterday))


def nothing(box: Pillbox, medicine_id: UUID) -> None:
    """All stays as it is."""


OFF = (ended_grant, grant_ran_out, left_circle, ended_care)
SENT = [(nothing, "delivered"), *((off, "stale") for off in OFF)]


@pytest.mark.parametrize("about", ["dose", "refill"])
@pytest.mark.parametrize(("off", "state"), SENT)
def test_what_was_queued_is_sent_only_to_who_may_still_be_told(
    box: Pillbox, world: World, off: Any, state: str, about: str
) -> None:
    may_be_told(world, world.tom)
    medicine = box.medicine()
    watched(box, medicine, tom=30)
    box.dose(EIGHT, medicine)
    assert tick(EIGHT + 30 * MINUTE) == 1
    with unit_of_work():
        db.session.execute(update(Delivery).values(about=about))
        off(box, medicine)
    with clock.at(EIGHT + 31 * MINUTE):
        sending.send_all_due()
    assert deliveries()[0].state == state


def test_somebody_may_choose_to_be_told_sooner_still(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    medicine = critical(box, "anticoagulant")
    watched(box, medicine, tom=10)
    box.dose(EIGHT, medicine)
    assert live(EIGHT, EIGHT + 8 * HOUR) == {EIGHT + 10 * MINUTE: 1, EIGHT + 2 * HOUR: 1}


def test_once_over_two_workers_at_the_same_moment(app: Flask, box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    medicine = box.medicine()
    watched(box, medicine, tom=30, adeyemi=30)
    for minutes in range(20):
        box.dose(EIGHT + minutes * MINUTE, medicine)

    def work(_: int) -> int:
        with app.app_context():
            return tick(EIGHT + HOUR)

    with ThreadPoolExecutor(4) as together:
        assert sum(together.map(work, range(8))) == 40
    assert len(deliveries()) == 40
    with unit_of_work():
        assert len(db.session.scalars(select(DoseTelling)).all()) == 40


def test_after_an_outage_at_most_four_hours_late(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom)
    medicine = box.medicine()
    watched(box, medicine, tom=60)
    box.dose(EIGHT, medicine)
    assert tick(EIGHT + HOUR + overdue.TOLD_AT_MOST_LATE + timedelta(seconds=1)) == 0
    assert tick(EIGHT + HOUR + overdue.TOLD_AT_MOST_LATE) == 1


def test_a_tick_asks_as_little_for_many_as_for_one(box: Pillbox, world: World) -> None:
    may_be_told(world, world.tom)
    medicine = box.medicine()
    watched(box, medicine, tom=60)
    for number in range(40):
        box.dose(EIGHT, medicine, local_date=EIGHT.date() + timedelta(days=number))
    with queries_counted.counted() as statements:
        assert tick(EIGHT + HOUR) == 1
    assert len(statements) == 5  # who is to be told; in a savepoint that they are, and the message


@pytest.fixture
def heard() -> Iterator[list[DosesNotRecorded]]:
    """What is published of doses that nobody recorded."""
    found: list[DosesNotRecorded] = []
    handler = Handler("tests.hear", consider=found.append, act=lambda _: None)
    events.subscribe(DosesNotRecorded, handler)
    yield found
    events._handlers[DosesNotRecorded].remove(handler)


def settle(moment: datetime, limit: int = overdue.AT_ONCE) -> int:
    with clock.at(moment), unit_of_work():
        return overdue.settle(limit)


def test_in_the_end_it_is_written_down(box: Pillbox, world: World, heard: list[DosesNotRecorded]) -> None:
    khan = Pillbox(world, world.khan_patient)
    mine = [box.dose(EIGHT), box.dose(EIGHT + MINUTE)]
    his = khan.dose(EIGHT)
    taken = box.dose(EIGHT, state="taken", taken_at=EIGHT)
    assert settle(EIGHT + 12 * HOUR - MINUTE) == 0
    assert settle(EIGHT + 12 * HOUR + MINUTE) == 3
    assert settle(EIGHT + 13 * HOUR) == 0
    assert [dose(one).state for one in (*mine, his, taken)] == ["not_recorded"] * 3 + ["taken"]
    assert all(dose(one).remind_at is None for one in mine)
    told = {one.patient_id: one for one in heard}
    assert len(heard) == 2
    assert set(told[box.patient.id].dose_ids) == set(mine)
    assert told[khan.patient.id].dose_ids == (his,)


def test_two_workers_settle_each_dose_once(app: Flask, box: Pillbox, heard: list[DosesNotRecorded]) -> None:
    doses = {box.dose(EIGHT + number * MINUTE) for number in range(12)}

    def work(_: int) -> int:
        with app.app_context():
            return settle(EIGHT + 20 * HOUR, limit=3)

    with ThreadPoolExecutor(4) as together:
        assert sum(together.map(work, range(12))) == 12
    published: Sequence[UUID] = [dose_id for one in heard for dose_id in one.dose_ids]
    assert sorted(published) == sorted(doses)


def test_what_was_settled_may_still_be_put_right(client: FlaskClient, world: World, box: Pillbox) -> None:
    late = box.dose(EIGHT)
    settle(EIGHT + 13 * HOUR)
    with clock.at(EIGHT + 14 * HOUR):
        mary = table_of(client, world, world.mary)
        told = mary.say({"id": str(late)}, "taken", taken_at=EIGHT.isoformat())
    assert (told["outcome"], told["dose"]["state"]) == ("recorded", "taken")


WRONG = {"sooner than five minutes": 4, "later than four hours": 241}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


def test_who_is_told_is_chosen_kept_and_taken_back(mary: Table, world: World) -> None:
    may_be_told(world, world.tom, world.adeyemi)
    url = f"/medicines/{mary.add()['id']}/watches"

    def choose(**minutes: int) -> Any:
        items = [{"person_id": str(getattr(world, who).id), "after_minutes": after} for who, after in minutes.items()]
        return mary.put(url, {"items": items})

    assert choose(tom=60, adeyemi=30).status_code == 200
    assert [one["after_minutes"] for one in mary.get(url)["items"]] == [30, 60]
    assert choose(tom=5).get_json()["items"] == [{"person_id": str(world.tom.id), "after_minutes": 5}]
    assert choose(tom=5).status_code == 200
    assert choose(tom=240, adeyemi=240).status_code == 200
    history = mary.get(url.replace("watches", "history"))["items"]
    assert [one["kind"] for one in history] == ["watched", "watched", "watched", "added"]
    assert choose(mary=60).status_code == 422
    assert choose(stranger=60).status_code == 422
    assert choose().get_json()["items"] == []


@pytest.mark.parametrize("case", WRONG)
def test_other_delays_are_refused(mary: Table, world: World, case: str) -> None:
    may_be_told(world, world.tom)
    url = f"/medicines/{mary.add()['id']}/watches"
    items = [{"person_id": str(world.tom.id), "after_minutes": WRONG[case]}]
    assert mary.put(url, {"items": items}).status_code == 422
    assert mary.get(url)["items"] == []


def test_a_medicine_of_somebody_else_has_no_watches(client: FlaskClient, world: World) -> None:
    khan = table_of(client, world, world.khan)
    url = f"/api/patients/{world.khan_patient.id}/medicines/{new_id()}/watches"
    assert client.put(url, json={"items": []}, headers=khan.headers).status_code == 404
