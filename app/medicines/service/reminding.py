"""Remind of doses: written ahead, one message a patient and minute, sent at its minute; called off while it waits.

The due doses are the queue. Each chunk is a transaction of its own, as this is the edge of a job.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app import config
from app.core import claims, clock, sealed
from app.core.db import HotStatement
from app.core.ids import new_ids
from app.core.logs import log
from app.core.unit_of_work import unit_of_work
from app.medicines.service import due_doses
from app.notifications import channels, kinds, texts
from app.notifications.models import Delivery
from app.notifications.service import taking_back
from app.patients.admission import AdmittedPatient

# So many minutes of a million patients can be written before their minute comes.
AHEAD: Final = timedelta(minutes=3)
AT_ONCE: Final = 2000  # doses in one transaction, which others who change one of them wait for
MOST_DOSES: Final = 99  # that a text counts


def remind() -> int:
    """Write all reminders of the next minutes, and what could not be sent while the service was down.

    Returns how many there are to be sent. Any number may run at once.
    """
    made = 0
    while True:
        done = write_some()
        made += done.written
        if done.seen < AT_ONCE or not done.moved:
            return made


@dataclass(frozen=True, slots=True)
class Done:
    """How many doses were seen and moved on to their next time, and how many messages were written."""

    seen: int
    moved: int
    written: int


def hands_wanted(most: int) -> int:
    """For how many hands there is work in the doses of the next minutes."""
    with unit_of_work():
        claims.in_order()
        found = due_doses.COUNT.rows({"horizon": clock.now() + AHEAD, "limit": most * AT_ONCE})[0]["count"]
    return -(-int(found) // AT_ONCE)


def write_some() -> Done:
    """Claim some doses and queue their messages, in a transaction of its own."""
    with unit_of_work():
        now = clock.now()
        claims.in_order()
        rows = due_doses.CLAIM.rows(
            {
                "now": now,
                "horizon": now + AHEAD,
                "earliest": now - due_doses.LOOK_BACK,
                "after_window": due_doses.AFTER_WINDOW,
                "limit": AT_ONCE,
                "ids": _array(new_ids(AT_ONCE)),
                "by_push": channels.PUSH in channels.all_of_this_app(),
            }
        )
        written = _queue([row for row in rows if row["id"]])
    return Done(rows[0]["seeds"], rows[0]["moved"], written)


def _queue(rows: Sequence[dict[str, Any]]) -> int:
    """Queue a message for each reminder; one that cannot be written holds up no other."""
    link, keyring = f"{config.current().public_url}/", sealed.keyring()
    messages, unwritten = [], []
    for row, delivery_id in zip(rows, new_ids(len(rows)), strict=True):
        try:
            body = keyring.seal(_body(row, link), Delivery.body.place, delivery_id)
        except Exception as error:  # its doses are reminded of at their next time
            log.error("a reminder could not be written", reminder=str(row["id"]), error=type(error).__name__)
            unwritten.append(row["id"])
        else:
            until = kinds.useful_until(kinds.REMINDER, row["minute"], row["until"])
            messages.append({"id": delivery_id, "reminder": row["id"], "body": f"\\x{body.hex()}", "until": until})
    if messages:
        due_doses.QUEUE.rows({"now": clock.now(), "messages": orjson.dumps(messages).decode()})
    if unwritten:
        due_doses.UNWRITTEN.rows({"ids": unwritten})
    return len(messages)


def _array(ids: Iterable[UUID]) -> str:
    """As PostgreSQL writes an array, which the driver takes longer for."""
    return f"{{{','.join(map(str, ids))}}}"


def _body(row: dict[str, Any], link: str) -> str:
    due_at = row["due_at"].astimezone(_zone(row["zone"]))
    name = texts.name_with_initial(row["given_name"], row["family_name"]) if row["given_name"] is not None else None
    return _text(row["language"], row["channel"], min(row["count"], MOST_DOSES), f"{due_at:%H:%M}", link, name)


@functools.lru_cache(maxsize=4096)  # those of one minute are alike, save for the names that others are told
def _text(language: str, channel: str, count: int, by: str, link: str, patient: str | None) -> str:
    template = "dose_reminder" if channel == channels.SMS else "dose_reminder_app"
    words = {"doses": "1 dose" if count == 1 else f"{count} doses", "by": by, "link": link}
    if patient is None:
        return texts.render(template, language, **words)
    return texts.render(f"{template}_for", language, patient=patient, **words)


@functools.lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class CalledOff:
    """How many reminders are not sent any more, and whether one may arrive all the same: it was on its way."""

    reminders: int = 0
    may_arrive: bool = False


# Held one after the other, so that of two answers at the same time the second sees the first.
_OF_DOSES = HotStatement("""
    select r.id from reminder r
    where r.patient_id in (select patient_id from dose where id = any(:doses)) and r.remind_at >= :since
        and r.state = 'made' and r.dose_ids && cast(:doses as uuid[])
    order by r.id for update
""")
_WITHOUT_A_DOSE = HotStatement("""
    select r.id from reminder r where r.id = any(:reminders) and not exists (
        select from dose d where d.id = any(r.dose_ids) and d.id <> all(:doses) and d.state = 'due'
            and d.due_at <= r.remind_at)
""")
_WITHDRAW = HotStatement("update reminder set state = 'withdrawn' where id = any(:reminders)")


def call_off(dose_ids: Collection[UUID], *, waits: bool = False) -> CalledOff:
    """Do not remind of these doses any more, in the caller's transaction, which has answered, moved or stopped them.

    A message stands while another of its doses is due. `waits`: one that a sender has in hand is waited for, so that
    nothing is handed over after this transaction was answered; an answer need not, and must not hold up a slow
    provider's patients: its text may cross the reminder on its way.
    """
    doses = list(dose_ids)
    if not doses:
        return CalledOff()
    since = clock.now() - due_doses.LOOK_BACK
    touched = [row["id"] for row in _OF_DOSES.rows({"doses": doses, "since": since})]
    if not touched:
        return CalledOff()
    empty = [row["id"] for row in _WITHOUT_A_DOSE.rows({"reminders": touched, "doses": doses})]
    taken = taking_back.take_back(empty, waits=waits)
    if taken.unsent:
        _WITHDRAW.rows({"reminders": list(taken.unsent)})
    return CalledOff(len(taken.unsent), bool(taken.may_arrive))


# Held first: whoever is writing reminders of them is waited for, and who comes later knows what has changed.
_NEAR = HotStatement("""
    select id from dose where patient_id = :patient and medicine_id = :medicine and state = 'due'
        and due_at between :since and :until order by id for update
""")
_TO_OTHERS = HotStatement("""
    select r.id from reminder r
    where r.patient_id = :patient and r.recipient_id <> :person and r.remind_at >= :since and r.state = 'made'
        and r.dose_ids && cast(:doses as uuid[])
    order by r.id for update
""")
_AGAIN = HotStatement("""
    update dose d set remind_at = r.remind_at, reminded = greatest(d.reminded - 1, 0)
    from reminder r where r.id = any(:reminders) and d.id = any(r.dose_ids) and d.state = 'due'
""")


def write_anew(patient: AdmittedPatient, medicine_id: UUID) -> None:
    """What waits to be sent to others about this medicine is written again, as they may know it by now."""
    now = clock.now()
    about = {"patient": patient.id, "since": now - due_doses.LOOK_BACK}
    doses = [row["id"] for row in _NEAR.rows(about | {"medicine": medicine_id, "until": now + AHEAD})]
    touched = [row["id"] for row in _TO_OTHERS.rows(about | {"person": patient.person_id, "doses": doses})]
    unsent = list(taking_back.take_back(touched).unsent) if touched else []
    if unsent:
        _WITHDRAW.rows({"reminders": unsent})
        _AGAIN.rows({"reminders": unsent})


# The dose of a minute ago: it stays as it was, and nobody is reminded of it any more.
_HUSH = HotStatement("""
    update dose set remind_at = null
    where schedule_id = any(:schedules) and state = 'due' and due_at between :since and :now returning id
""")


def hush(schedule_ids: Collection[UUID]) -> list[UUID]:
    """The doses of these schedules whose time has come: nobody is reminded of them again; they can be answered."""
    now = clock.now()
    values = {"schedules": list(schedule_ids), "since": now - due_doses.LOOK_BACK, "now": now}
    return [row["id"] for row in _HUSH.rows(values)] if schedule_ids else []
