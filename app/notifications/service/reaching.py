"""Phones that can and cannot be texted, and who is asked to look after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.identity import queries as identity
from app.notifications import channels
from app.notifications.outcomes import Outcome
from app.patients import queries as patients
from app.todos import service as todos

CHECK_WITHIN = timedelta(days=1)
# Why somebody cannot be reached, in the words of the to-do.
REASONS: Final[dict[tuple[str, str], str]] = {
    (channels.SMS, Outcome.REFUSED_RECIPIENT): "the network says that the number cannot take texts",
    (channels.SMS, Outcome.OPTED_OUT): "they have texted STOP; only they can start it again, by texting START",
    (channels.SMS, "no_phone"): "no phone is known",
    (channels.EMAIL, Outcome.REFUSED_RECIPIENT): "their provider refuses the address",
    (channels.EMAIL, "no_email"): "no e-mail is known",
}
_BY: Final = {channels.SMS: "text", channels.EMAIL: "e-mail"}

_LOSE = text("""
    insert into out_of_reach as o (id, created_at, phone_index, why, code) values (:id, :now, :phone, :why, :code)
    on conflict (phone_index) do update set why = excluded.why, code = excluded.code, back_at = null,
        created_at = case when o.back_at is null then o.created_at else excluded.created_at end
""")
_FIND = text("update out_of_reach set back_at = :now where phone_index = :phone and back_at is null")


def lose(phone_index: bytes, why: str, code: str | None) -> None:
    """From this commit on nothing is sent to this phone."""
    values = {"id": new_id(), "now": clock.now(), "phone": phone_index, "why": str(why), "code": code}
    db.session.execute(_LOSE, values)


def find(phone_index: bytes) -> None:
    """This phone can be texted again, because its owner said so."""
    db.session.execute(_FIND, {"now": clock.now(), "phone": phone_index})


def ask_to_check(patient_id: UUID | None, person_id: UUID, why: str, channel: str = channels.SMS) -> None:
    """Ask the named coordinator to see how this person can be reached, where it is theirs to find out; asked once."""
    words = REASONS.get((channel, why))
    patient = patients.admitted([patient_id]).get(patient_id) if patient_id and words else None
    if patient is None:
        return
    reason = f"{identity.person(person_id).name} cannot be reached by {_BY[channel]}: {words}."
    todos.add(patient, "check_number", str(person_id), reason, clock.now() + CHECK_WITHIN)
