"""Reminders: one message a patient and minute, again until it is answered or of no use, none twice and none stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines.models import Dose, Medicine, MedicinePause, PatientDay, Reminder
from app.medicines.queries import reminders as reminder_queries
from app.medicines.service import due_doses, reminding
from app.notifications import segments
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients.models import CircleGrant, CircleMember, Patient
from tests import queries_counted
from tests.conftest import NOW
from tests.medicines.due import HOUR, MINUTE, Pillbox, deliveries, dose, live, pillbox, remind_at, reminders, utc
from tests.people import World

EIGHT = utc("2026-11-19 08:00")


@pytest.fixture
def box(world: World) -> Pillbox:
    return pillbox(world)


def sent() -> list[tuple[str, datetime | None]]:
    """Texts and when they went."""
    return [(one.body or "", one.settled_at) for one in deliveries() if one.state == "delivered"]


def test_one_message_a_patient_and_minute_whatever_the_medicines(box: Pillbox) -> None:
    first, second = box.medicine(), box.medicine(window=30)
    doses = [box.dose(EIGHT, second), box.dose(EIGHT + timedelta(seconds=20), first)]
    assert remind_at(EIGHT - 10 * MINUTE) == 0
    assert remind_at(EIGHT - 2 * MINUTE) == 1
    assert remind_at(EIGHT - MINUTE) == 0
    [reminder], [delivery] = reminders(), deliveries()
    assert (reminder.remind_at, reminder.due_at, reminder.state) == (EIGHT, EIGHT, "made")
    assert reminder.dose_ids == doses[::-1]  # by medicine, as it is answered by number
    assert (delivery.about, delivery.about_id, delivery.kind) == ("doses", reminder.id, "reminder")
    assert (delivery.due_at, delivery.useful_until) == (EIGHT, EIGHT + 30 * MINUTE)
    assert delivery.body == (
        "Kith: 2 doses due at 08:00. Reply Y if taken, N if not, LATE for later. See http://localhost/"
        " Not for emergencies: 999 or 111."
    )
    assert segments.count(delivery.body).segments == 1


def test_it_goes_at_its_minute_and_not_before(box: Pillbox) -> None:
    box.dose(EIGHT)
    remind_at(EIGHT - 2 * MINUTE)
    with clock.at(EIGHT - timedelta(seconds=1)):
        assert sending.send_all_due() == 0
    with clock.at(EIGHT):
        assert sending.send_all_due() == 1


def test_again_until_it_is_of_no_use(box: Pillbox) -> None:
    taken = box.dose(EIGHT, box.medicine(window=60, every=25))
    live(EIGHT - 5 * MINUTE, EIGHT + 2 * HOUR)
    assert [one.remind_at for one in reminders()] == [EIGHT, EIGHT + 25 * MINUTE, EIGHT + 50 * MINUTE]
    assert [at for _, at in sent()] == [EIGHT, EIGHT + 25 * MINUTE, EIGHT + 50 * MINUTE]
    assert (dose(taken).remind_at, dose(taken).reminded) == (None, 3)


def test_not_again_once_it_is_answered(box: Pillbox) -> None:
    first, second = box.dose(EIGHT), box.dose(EIGHT, box.medicine())
    live(EIGHT - MINUTE, EIGHT + MINUTE)
    with unit_of_work():
        db.session.execute(update(Dose).where(Dose.id == first).values(state="taken"))
    live(EIGHT + 2 * MINUTE, EIGHT + 20 * MINUTE)
    assert [one.dose_ids for one in reminders()] == [[first, second], [second]]
    assert [body[6:13] for body, _ in sent()] == ["2 doses", "1 dose "]


def test_later_is_kept_past_the_window_and_not_for_ever(box: Pillbox) -> None:
    box.dose(EIGHT, box.medicine(window=30), remind_at=EIGHT + HOUR, reminded=1)
    live(EIGHT, EIGHT + 2 * HOUR)
    [delivery] = deliveries()
    assert (delivery.state, delivery.due_at.hour) == ("delivered", 9)
    assert delivery.useful_until == EIGHT + HOUR + due_doses.AFTER_WINDOW


def test_two_hours_down_and_it_is_said_that_it_was_not_sent(box: Pillbox) -> None:
    early = box.dose(EIGHT)
    late = box.dose(EIGHT + 110 * MINUTE, box.medicine())
    live(EIGHT + 2 * HOUR, EIGHT + 2 * HOUR)
    assert [(one.dose_ids, one.state, one.remind_at) for one in reminders()] == [
        ([early], "service_down", EIGHT),
        ([late], "made", EIGHT + 2 * HOUR),  # still of use, now
    ]
    assert [one.dose_ids for one in not_sent(box)] == [[early]]
    assert len(sent()) == 1
    assert (dose(early).remind_at, dose(early).reminded) == (None, 0)


def test_what_was_written_ahead_and_never_sent_is_stale(box: Pillbox) -> None:
    box.dose(EIGHT)
    remind_at(EIGHT - MINUTE)
    with clock.at(EIGHT + 2 * HOUR):
        sending.send_all_due()
    [delivery] = deliveries()
    assert (delivery.state, delivery.last_outcome) == ("stale", "too_late")
    assert len(not_sent(box)) == 1


def not_sent(box: Pillbox) -> Sequence[Reminder]:
    """What the pages show of an outage."""
    with unit_of_work():
        return reminder_queries.not_sent(patients.admitted_one(box.patient.id), EIGHT - HOUR)


def test_somebody_hears_of_reminders_that_nobody_writes(box: Pillbox) -> None:
    box.dose(EIGHT)
    with clock.at(EIGHT + 4 * MINUTE):
        assert reminder_queries.writing_fault() is None
    with clock.at(EIGHT + 6 * MINUTE):
        assert "since 08:00" in (reminder_queries.writing_fault() or "")
    remind_at(EIGHT + 6 * MINUTE)
    with clock.at(EIGHT + 6 * MINUTE):
        assert reminder_queries.writing_fault() is None


@pytest.mark.parametrize("jump", [2 * HOUR, -HOUR, timedelta(days=3)])
def test_a_clock_that_jumps_sends_none_twice_and_none_stale(box: Pillbox, jump: timedelta) -> None:
    doses = [box.dose(EIGHT + 10 * number * MINUTE, box.medicine(every=60)) for number in range(12)]
    live(EIGHT - 5 * MINUTE, EIGHT + 31 * MINUTE)
    live(EIGHT + 31 * MINUTE + jump, EIGHT + 6 * HOUR)
    live(EIGHT + 31 * MINUTE, EIGHT + 3 * HOUR)  # and back
    about = [one for row in reminders() for one in row.dose_ids]
    assert len(about) == len(set(about))
    assert set(about) == set(doses) or jump > HOUR
    for one in deliveries():
        assert one.state != "delivered" or one.settled_at < one.useful_until  # type: ignore[operator]


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_on_both_change_days_each_goes_once_at_its_instant(box: Pillbox, day: str) -> None:
    """By the clock on the wall, one of them in the hour that is not there or comes twice; a worker new each minute."""
    walls = [datetime.fromisoformat(f"{day} {at}") for at in ("00:30", "01:30", "02:45", "03:30")]
    instants = [wall.replace(tzinfo=LONDON).astimezone(UTC) for wall in walls]
    for number, instant in enumerate(instants):
        box.dose(instant, box.medicine(window=20, every=60), amount=number)
    live(instants[0] - HOUR, instants[-1] + HOUR)
    went = [(one.body or "").partition(" due at ")[2][:5] for one in deliveries()]
    assert sorted(one.settled_at for one in deliveries()) == sorted(instants)  # type: ignore[type-var]
    assert len(went) == 4
    shown = [f"{instant.astimezone(LONDON):%H:%M}" for instant in sorted(instants)]
    assert went == shown


def test_a_dose_added_for_a_minute_that_was_reminded_of_has_the_next_one(box: Pillbox) -> None:
    first = box.dose(EIGHT)
    remind_at(EIGHT - 2 * MINUTE)
    second = box.dose(EIGHT, box.medicine())
    live(EIGHT - MINUTE, EIGHT + 5 * MINUTE)
    assert [(one.dose_ids, one.remind_at) for one in reminders()] == [([first], EIGHT), ([second], EIGHT + MINUTE)]


def test_a_row_that_is_poisoned_holds_up_nobody(box: Pillbox, world: World) -> None:
    poisoned = box.dose(EIGHT)
    khan = Pillbox(world, world.khan_patient)
    khan.dose(EIGHT)
    with unit_of_work():
        db.session.execute(update(Patient).where(Patient.id == box.patient.id).values(zone="Nowhere/Land"))
        db.session.execute(text("update patient set zone = 'Europe/London' where id = :id"), {"id": khan.patient.id})
    with pytest.raises(Exception, match="Nowhere"):
        ZoneInfo("Nowhere/Land")
    assert remind_at(EIGHT - MINUTE) == 1
    assert {one.patient_id: one.state for one in reminders()} == {
        box.patient.id: "withdrawn",
        khan.patient.id: "made",
    }
    assert dose(poisoned).remind_at == EIGHT + 15 * MINUTE


def ended(box: Pillbox) -> None:
    values = {"ended_at": NOW, "ended_reason": "moved"}
    db.session.execute(update(Patient).where(Patient.id == box.patient.id).values(values))


def stopped(box: Pillbox) -> None:
    db.session.execute(update(Medicine).values(stopped_at=NOW))


def paused(box: Pillbox) -> None:
    whose = {"organisation_id": box.patient.organisation_id, "patient_id": box.patient.id, "by": box.patient.person_id}
    db.session.add(MedicinePause(starts_at=NOW, ends_at=EIGHT + HOUR, why="hospital", **whose))


@pytest.mark.parametrize("off", [ended, stopped, paused])
def test_nobody_is_reminded_after_care_a_stop_or_in_a_pause(box: Pillbox, off: object) -> None:
    one = box.dose(EIGHT)
    with unit_of_work():
        off(box)  # type: ignore[operator]
    live(EIGHT - MINUTE, EIGHT + 30 * MINUTE)
    assert reminders() == deliveries() == []
    assert (dose(one).remind_at, dose(one).reminded) == (None, 0)


def test_care_that_ends_between_writing_and_sending(box: Pillbox) -> None:
    box.dose(EIGHT)
    remind_at(EIGHT - MINUTE)
    with unit_of_work():
        ended(box)
    with clock.at(EIGHT):
        sending.send_all_due()
    assert [one.last_outcome for one in deliveries()] == ["no_longer_told"]


def reminded_instead(box: Pillbox, person: Person, right: Right = Right.ACT) -> CircleGrant:
    """Somebody of Mary's circle, with that right on medicines, is reminded in her place."""
    whose = {"organisation_id": box.patient.organisation_id, "patient_id": box.patient.id}
    with unit_of_work():
        member = db.session.scalar(select(CircleMember).where(CircleMember.person_id == person.id))
        assert member is not None
        grant = CircleGrant(
            member_id=member.id,
            category=Category.MEDICINES,
            right=right,
            ends_on=EIGHT.date(),
            given_by=box.patient.person_id,
            wording_id="grant",
            wording_version=1,
            wording_language="en",
            **whose,
        )
        db.session.add_all([grant, PatientDay(times={}, reminded_id=person.id, **whose)])
        return grant


def test_a_member_who_acts_is_reminded_instead_by_name(box: Pillbox, world: World) -> None:
    reminded_instead(box, world.tom)
    box.dose(EIGHT)
    remind_at(EIGHT - MINUTE)
    [delivery] = deliveries()
    assert delivery.recipient_id == world.tom.id
    assert (delivery.body or "").startswith("Kith: 1 dose of Mary O. due at 08:00.")


def test_without_the_right_to_act_it_is_the_patient(box: Pillbox, world: World) -> None:
    grant = reminded_instead(box, world.tom, Right.SEE)
    box.dose(EIGHT)
    remind_at(EIGHT - MINUTE)
    assert [one.recipient_id for one in deliveries()] == [box.patient.person_id]
    with unit_of_work():
        db.session.execute(update(CircleGrant).where(CircleGrant.id == grant.id).values(right="act"))
    box.dose(EIGHT + 25 * HOUR)  # the day after its last
    remind_at(EIGHT + 25 * HOUR - MINUTE)
    assert {one.recipient_id for one in deliveries()} == {box.patient.person_id}


def test_a_right_that_ends_before_the_minute_stops_it(box: Pillbox, world: World) -> None:
    grant = reminded_instead(box, world.tom)
    box.dose(EIGHT)
    remind_at(EIGHT - MINUTE)
    with unit_of_work():
        gone = {"ended_at": NOW, "ended_why": "ended", "ended_by": box.patient.person_id}
        db.session.execute(update(CircleGrant).where(CircleGrant.id == grant.id).values(gone))
    with clock.at(EIGHT):
        sending.send_all_due()
    assert [one.last_outcome for one in deliveries()] == ["no_longer_told"]


def test_a_chunk_asks_as_much_as_one_reminder(box: Pillbox, world: World) -> None:
    box.dose(EIGHT)
    with queries_counted.counted() as one:
        remind_at(EIGHT - MINUTE)
    khan = Pillbox(world, world.khan_patient)
    for number in range(50):
        box.dose(EIGHT + HOUR + number * timedelta(seconds=3), khan.medicine() if number < 2 else None)
        khan.dose(EIGHT + HOUR, khan.medicines[0])
    with queries_counted.counted() as many:
        assert remind_at(EIGHT + HOUR - MINUTE) > 3
    assert len(one) == len(many) == 3


def test_what_another_worker_has_in_hand_is_left_whole(box: Pillbox, world: World) -> None:
    """A dose of the minute is being answered: the message waits for the next tick, and then counts what is left."""
    first, second = box.dose(EIGHT), box.dose(EIGHT, box.medicine())
    with db.engine.connect() as other:
        other.execute(text("select id from dose where id = :id for update"), {"id": first})
        assert remind_at(EIGHT - MINUTE) == 0
        assert reminders() == []
        other.execute(text("update dose set state = 'taken' where id = :id"), {"id": first})
        other.commit()
    assert remind_at(EIGHT - MINUTE) == 1
    assert [one.dose_ids for one in reminders()] == [[second]]


def call_off(*doses: UUID) -> reminding.CalledOff:
    """As an answer does: the state first, then the call."""
    with unit_of_work():
        db.session.execute(update(Dose).where(Dose.id.in_(doses)).values(state="taken", remind_at=None))
        return reminding.call_off(doses)


def test_a_message_stands_while_another_of_its_doses_is_due(box: Pillbox) -> None:
    first, second = box.dose(EIGHT), box.dose(EIGHT, box.medicine())
    remind_at(EIGHT - MINUTE)
    assert call_off(first) == reminding.CalledOff(0, False)
    assert [one.state for one in deliveries()] == ["pending"]
    assert call_off(second) == reminding.CalledOff(1, False)
    assert [(one.state, one.last_outcome) for one in deliveries()] == [("stale", "withdrawn")]
    assert [one.state for one in reminders()] == ["withdrawn"]


def test_a_dose_that_moves_is_not_reminded_of_at_its_old_time(box: Pillbox) -> None:
    one = box.dose(EIGHT)
    remind_at(EIGHT - MINUTE)
    with unit_of_work():
        later = {"due_at": EIGHT + HOUR, "remind_at": EIGHT + HOUR}
        db.session.execute(update(Dose).where(Dose.id == one).values(later))
        reminding.call_off([one])
    live(EIGHT - MINUTE, EIGHT + HOUR)
    assert [at for _, at in sent()] == [EIGHT + HOUR]
    assert [(row.remind_at, row.state) for row in reminders()] == [(EIGHT, "withdrawn"), (EIGHT + HOUR, "made")]


def test_calling_off_nothing_asks_nothing(world: World) -> None:
    with queries_counted.counted() as statements:
        assert reminding.call_off([]) == reminding.CalledOff()
    assert statements == []


def test_no_reminder_without_its_message_and_no_message_without_its_reminder(box: Pillbox) -> None:
    for number in range(30):
        box.dose(EIGHT + number * MINUTE)
    remind_at(EIGHT + 20 * MINUTE)
    with unit_of_work():
        pairs = select(Reminder.id).join(Delivery, Delivery.about_id == Reminder.id)
        assert len(set(db.session.scalars(pairs))) == len(deliveries()) == len(reminders())
