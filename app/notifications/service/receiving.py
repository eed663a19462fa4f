"""Texts that people send us: kept raw at once, understood afterwards by a task."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import Select, exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.core import clock, events, limits, metrics, queue, rows, sealed
from app.core.db import db
from app.core.errors import TooMany
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import queries as identity
from app.identity.models import Person
from app.identity.service import joining_by_text
from app.notifications import channels, keywords, queries, segments, texts
from app.notifications.events import InvitedTexted, TextReceived
from app.notifications.models import InboundText
from app.notifications.outcomes import Outcome
from app.notifications.service import reaching, unheard

HANDLE = "handle inbound text"
# JOIN and a name: of somebody known anything longer is for people.
JOIN = re.compile(r"join\b[\s:,.!-]*(?:[\w'’-]+[\s.!]*){0,4}", re.IGNORECASE)
# The provider keeps what its webhook could not deliver; we look back far enough for a day of being away.
LOOK_BACK = timedelta(hours=24)
ANSWER_EACH = timedelta(days=1)


def keep(fields: Mapping[str, str], sent_at: datetime | None = None) -> bool:
    """Keep a text as it came and have it understood afterwards; False for one that was kept before.

    `sent_at` None: just now.
    """
    row_id, sender, now = new_id(), fields.get("From", ""), clock.now()
    owner = identity.person_by_contact(sender)
    row = {
        "id": row_id,
        "created_at": now,
        "sent_at": min(sent_at or now, now),
        "message_sid": fields["MessageSid"],
        "sender_sealed": sealed.seal(sender, InboundText.sender.place, row_id),
        "sender_index": sealed.index(sender, InboundText.sender.place),
        "person_id": owner.id if owner else None,
        "body_sealed": sealed.seal(fields.get("Body", ""), InboundText.body.place, row_id),
        "fields_sealed": sealed.seal(orjson.dumps(dict(fields)).decode(), InboundText.fields.place, row_id),
    }
    kept = insert(InboundText).values(row).on_conflict_do_nothing(index_elements=["message_sid"])
    if db.session.scalar(kept.returning(InboundText.id)) is None:
        return False
    queue.defer(HANDLE, inbound_id=str(row_id))
    way = "fetched" if sent_at else "called"
    metrics.TEXTS_IN.labels(way).inc()
    metrics.TEXT_PARTS.labels("in", way).inc(_parts(fields))
    return True


def neutral_answer(fields: Mapping[str, str]) -> str | None:
    """What a phone we do not know is answered, once a day; nothing to one we know, to a service or to a keyword."""
    sender = fields.get("From", "")
    is_phone = sender.startswith("+") and sender[1:].isdecimal() and len(sender) > 8
    if not is_phone or keywords.meaning_in(fields) or identity.person_by_contact(sender):
        return None
    if joining_by_text.waiting_for(sender):
        return None  # somebody waits for their answer
    try:
        limits.spend(f"neutral answer {sender}", allowed=1, per=ANSWER_EACH)
    except TooMany:
        return None
    return texts.render("unknown_number", texts.LANGUAGE_OF_LAST_RESORT)


def handle(inbound_id: str) -> None:
    """Understand a text that was kept, and before it whatever its sender had sent before: people write in order.

    Several tasks run at once, so the one before may be in other hands, or not begun.
    """
    this = db.session.get(InboundText, UUID(inbound_id))
    while this is not None and (inbound := _first_waiting(this)):
        rows.reach(rows.SERVICE)  # the one before may have been about one patient, this about another
        _understand(inbound)


def _first_waiting(until: InboundText) -> InboundText | None:
    """Held one by one: a refusal is written down at once, which lets go of whatever is held."""
    place = tuple_(InboundText.sent_at, InboundText.id)
    waiting = (InboundText.sender_index == until.sender_index, InboundText.handled_at.is_(None))
    first = select(InboundText).where(*waiting, place <= (until.sent_at, until.id)).order_by(place).limit(1)
    return db.session.scalar(first.with_for_update().execution_options(populate_existing=True))


def unhandled_since(before: datetime) -> Select[InboundText]:
    """Texts that have waited since then to be understood, oldest first; not those that a worker comes to next.

    Of one sender the first: the others wait for no fault of their own.
    """
    is_left, earlier = queue.is_left(HANDLE, "inbound_id", "inbound_text.id"), aliased(InboundText)
    is_behind = exists().where(
        earlier.sender_index == InboundText.sender_index,
        earlier.handled_at.is_(None),
        tuple_(earlier.sent_at, earlier.id) < tuple_(InboundText.sent_at, InboundText.id),
    )
    waiting = (InboundText.handled_at.is_(None), InboundText.created_at <= before, is_left, ~is_behind)
    return select(InboundText).where(*waiting).order_by(InboundText.created_at, InboundText.id)


def go_on_after(inbound: InboundText) -> None:
    """Have what its sender texted next understood: it stood behind this one."""
    waiting = (InboundText.sender_index == inbound.sender_index, InboundText.handled_at.is_(None))
    others = select(InboundText.id).where(*waiting, InboundText.id != inbound.id)
    following = db.session.scalar(others.order_by(InboundText.sent_at, InboundText.id).limit(1))
    if following is not None:
        queue.defer(HANDLE, inbound_id=str(following))


def _understand(inbound: InboundText) -> None:
    """STOP and START at once; all else is for whoever listens to TextReceived."""
    fields: Mapping[str, str] = orjson.loads(inbound.fields or "{}")
    inbound.handled_at, inbound.meaning = clock.now(), keywords.meaning_in(fields)
    person = identity.person_by_contact(inbound.sender or "")
    if inbound.meaning is None and _answers_an_invitation(inbound, person):
        return
    if person is None:
        return
    _heed(inbound.meaning, person)
    if concerned := queries.concerned(person.id, clock.now()):
        patient_id, organisation_id = concerned
        events.publish(TextReceived(organisation_id, patient_id, inbound.id, person.id))
    elif inbound.meaning is None:
        unheard.answer(inbound, person)


def _answers_an_invitation(inbound: InboundText, person: Person | None) -> bool:
    """Whether it is for whoever waits for an invited phone: all that a stranger texts, JOIN of somebody known."""
    is_join = JOIN.fullmatch((inbound.body or "").strip()) is not None
    if person is not None and not is_join:
        return False
    invitation = joining_by_text.waiting_for(inbound.sender or "")
    if invitation is None or invitation.patient_id is None:
        return False
    events.publish(InvitedTexted(invitation.organisation_id, invitation.patient_id, inbound.id, invitation.id))
    return True


def fetch_missed() -> int:
    """Keep the texts that the provider has and we have not, and give how many; asked with no transaction open."""
    since = clock.now() - LOOK_BACK
    try:
        listed = channels.of_this_app().messages_since(since)
    except channels.ProviderUnavailable:
        return 0
    with unit_of_work():
        return sum(
            keep(
                {"MessageSid": message.provider_id, "From": message.from_ or "", "Body": message.body},
                message.created_at or message.sent_at or since,  # not known: it had seen nothing we can be sure of
            )
            for message in reversed(listed)
        )


def _parts(fields: Mapping[str, str]) -> int:
    """In how many parts it came: as the provider says, or as such a text is sent."""
    said = fields.get("NumSegments", "")
    return int(said) if said.isdecimal() and int(said) else max(1, segments.count(fields.get("Body", "")).segments)


def _heed(meaning: str | None, person: Person) -> None:
    if person.phone_index is None or meaning not in ("stop", "start"):
        return
    if meaning == "start":
        reaching.find(person.phone_index)
        return
    reaching.lose(person.phone_index, Outcome.OPTED_OUT, None)
    for patient_id, _ in queries.patients_of(person.id):
        reaching.ask_to_check(patient_id, person.id, Outcome.OPTED_OUT)
