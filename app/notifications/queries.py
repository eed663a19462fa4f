"""Reads of notifications: what a sender needs, what operators ask, the sandbox inbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import func, select, text

from app.core import clock, metrics
from app.core.db import db
from app.identity import contacts
from app.identity.models import Person
from app.notifications import kinds
from app.notifications.models import OPEN_STATES, ChannelPause, Delivery, InboundText, SandboxMessage

ALERTS_WAIT_AT_MOST = timedelta(seconds=60)
LATELY = timedelta(days=1)
OTHERS_WAIT_AT_MOST = timedelta(minutes=5)
HANDLED_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed delivery with what is true of its recipient at this moment."""

    id: UUID
    organisation_id: UUID | None
    patient_id: UUID | None
    recipient_id: UUID | None
    about: str
    about_id: UUID
    kind: str
    channel: str
    body_sealed: bytes
    state: str
    created_at: datetime
    useful_until: datetime | None
    lease_until: datetime
    attempts: int
    spent: int
    last_outcome: str | None
    was_left: bool  # claimed before by somebody who never came back: it may have been handed over
    address_sealed: bytes | None  # where it goes instead of to the recipient's own contact
    contact_sealed: bytes | None  # the recipient's phone, or for an e-mail their address; None for a push
    phone_index: bytes | None  # of the phone that a text goes to
    is_active: bool
    out_of_reach: str | None
    is_still_theirs: bool  # still staff, the patient, or in the patient's circle; an invitation: still waiting
    is_probe: bool  # the channel is stopped and this tries it again


# What is true of claimed deliveries, for the statement that claims them; most urgent first.
DUE = f"""
    select d.id, d.organisation_id, d.patient_id, d.recipient_id, d.about, d.about_id, d.kind, d.channel,
        d.body_sealed, d.state, d.created_at, d.useful_until, d.lease_until, d.attempts, d.spent, d.last_outcome,
        d.lease_before is not null as was_left,
        d.address_sealed,
        case d.channel when 'email' then p.email_sealed when 'sms' then p.phone_sealed end as contact_sealed,
        case when d.channel = 'sms' then coalesce(d.address_index, p.phone_index) end as phone_index,
        coalesce(p.is_active, true) as is_active, o.why as out_of_reach,
        case when d.kind = 'invitation'
            then exists (select from invitation i where i.id = d.about_id and i.state = 'waiting')
            when d.about in ('{kinds.DOSES}', 'dose', 'refill') then exists (select from patient q
                where q.id = d.patient_id and q.ended_at is null and (q.person_id = d.recipient_id or exists (
                    select from circle_member c join circle_grant g on g.member_id = c.id
                    where c.patient_id = q.id and c.person_id = d.recipient_id and c.ended_at is null
                        and g.ended_at is null and g.category = 'medicines'
                        and g."right" = case d.about when '{kinds.DOSES}' then 'act' else 'be_told' end
                        and g.ends_on >= cast(timezone(q.zone, :now) as date))))
            when d.about = 'text_ask' then exists (select from patient q
                where q.id = d.patient_id and q.person_id = d.recipient_id and q.ended_at is null)
            when d.about = 'inbound' then true  -- to whoever has just texted, of whatever it was
            when d.about like 'news %' then exists (select from patient q
                where q.id = d.patient_id and (q.person_id = d.recipient_id
                    or exists (select from membership m where m.person_id = d.recipient_id and m.team_id = q.team_id
                        and m.role in ('coordinator', 'clinician', 'lead') and m.ended_at is null)
                    or exists (select from acting_for a where a.patient_id = q.id and a.person_id = d.recipient_id
                        and a.ended_at is null and a.review_on >= cast(timezone(q.zone, :now) as date))
                    or exists (select from circle_member c join circle_grant g on g.member_id = c.id
                        where c.patient_id = q.id and c.person_id = d.recipient_id and c.ended_at is null
                            and g.ended_at is null and g.category = substr(d.about, 6)
                            and g.ends_on >= cast(timezone(q.zone, :now) as date))))
            else d.kind = 'code' or d.organisation_id is null
            or exists (select from membership m where m.person_id = d.recipient_id
                and m.organisation_id = d.organisation_id and m.ended_at is null)
            or exists (select from patient q where q.id = d.patient_id and q.person_id = d.recipient_id)
            or exists (select from circle_member c where c.patient_id = d.patient_id
                and c.person_id = d.recipient_id and c.ended_at is null)
        end as is_still_theirs,
        exists (select from channel_pause s where s.channel = d.channel and s.resumed_at is null) as is_probe
    from taken d
    left join person p on p.id = d.recipient_id
    left join out_of_reach o on d.channel = 'sms' and o.back_at is null
        and o.phone_index = coalesce(d.address_index, p.phone_index)
    order by d.priority, d.due_at
"""  # noqa: S608  built from the constants of this code


def belonging_to_others(provider_ids: Collection[str], delivery_id: UUID) -> set[str]:
    """Which of the provider's messages are known to be those of other deliveries."""
    theirs = (Delivery.provider_id.in_(provider_ids), Delivery.id != delivery_id)
    return {known for known in db.session.scalars(select(Delivery.provider_id).where(*theirs)) if known}


def unconfirmed(limit: int = 100) -> Sequence[Delivery]:
    """Handed over, and nothing heard of them in time."""
    waiting = (Delivery.state == "accepted", Delivery.settled_at.is_(None), Delivery.provider_id.is_not(None))
    late = select(Delivery).where(*waiting, Delivery.due_at <= clock.now())
    return db.session.scalars(late.order_by(Delivery.due_at).limit(limit)).all()


def inbound(inbound_id: UUID) -> InboundText:
    """A text that came in, known to exist."""
    return db.session.get_one(InboundText, inbound_id)


_CONCERNED = text("""
    select p.id as patient_id, p.organisation_id from patient p where p.person_id = :person and p.ended_at is null
    union
    select c.patient_id, c.organisation_id from circle_member c join patient p on p.id = c.patient_id
    where c.person_id = :person and c.ended_at is null and p.ended_at is null
""")
_LAST_TOLD = text("""
    select patient_id from delivery where recipient_id = :person and patient_id is not null
    order by created_at desc limit 1
""")


def last_inbound(person_id: UUID, before: UUID) -> InboundText | None:
    """The text that this person had sent before this one."""
    this = select(InboundText.created_at).where(InboundText.id == before).scalar_subquery()
    where = (InboundText.person_id == person_id, InboundText.id != before, InboundText.created_at <= this)
    newest = (InboundText.created_at.desc(), InboundText.id.desc())
    return db.session.scalar(select(InboundText).where(*where).order_by(*newest).limit(1))


def patients_of(person_id: UUID) -> list[tuple[UUID, UUID]]:
    """(patient, organisation) of whoever this person is, or is in the circle of; whom they were last told of first."""
    rows = db.session.execute(_CONCERNED, {"person": person_id}).all()
    last = db.session.scalar(_LAST_TOLD, {"person": person_id})
    return sorted(((row.patient_id, row.organisation_id) for row in rows), key=lambda pair: pair[0] != last)


_OTHERWISE_CONCERNED = text("""
    select patient_id, organisation_id from (
        select d.patient_id, d.organisation_id, d.created_at as at from delivery d
        where d.recipient_id = :person and d.about = 'alert' and d.patient_id is not null and d.created_at >= :since
        union all
        select c.patient_id, c.organisation_id, c.ended_at from circle_member c
        where c.person_id = :person and c.ended_why = 'left' and c.ended_at >= :since
    ) o order by at desc limit 1
""")


def concerned(person_id: UUID, now: datetime) -> tuple[UUID, UUID] | None:
    """(patient, organisation) that a text is most likely about: of their circles, an alert, or a circle just left."""
    if theirs := patients_of(person_id):
        return theirs[0]
    row = db.session.execute(_OTHERWISE_CONCERNED, {"person": person_id, "since": now - LATELY}).first()
    return (row.patient_id, row.organisation_id) if row else None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A text that the provider took, and what it was about."""

    about: str
    about_id: UUID
    at: datetime


# A try whose end is not known handed the text over if it is known to be accepted now.
_HANDED_OVER = text("""
    select d.about, d.about_id, max(a.created_at) as at
    from delivery d join delivery_attempt a on a.delivery_id = d.id
    where d.recipient_id = :person and d.channel = 'sms' and d.state in ('accepted', 'delivered')
        and d.created_at between :since and :until and a.outcome in ('accepted', 'unknown')
    group by d.id, d.about, d.about_id having max(a.created_at) <= :until
    order by at desc, d.id desc
""")


def texts_to(person_id: UUID, since: datetime, until: datetime) -> list[HandedOver]:
    """What this person had been sent by text, written since then, and handed over until then; last first."""
    rows = db.session.execute(_HANDED_OVER, {"person": person_id, "since": since, "until": until})
    return [HandedOver(row.about, row.about_id, row.at) for row in rows]


@dataclass(frozen=True, slots=True)
class SandboxText:
    """One message of the sandbox inbox; the address is masked."""

    id: UUID
    channel: str
    recipient: str
    address: str
    body: str
    sent_at: datetime


def sandbox_messages(limit: int = 100) -> list[SandboxText]:
    """What would have left, newest first."""
    newest = select(SandboxMessage).order_by(SandboxMessage.created_at.desc(), SandboxMessage.id.desc()).limit(limit)
    return [
        SandboxText(
            row.id, row.channel, row.recipient, contacts.masked(row.address or ""), row.body or "", row.created_at
        )
        for row in db.session.scalars(newest)
    ]


@dataclass(frozen=True, slots=True)
class ToldOf:
    """Somebody who was told of something, and whether it reached them."""

    name: str
    channel: str
    state: str
    code: str | None
    told_at: datetime


def told_of(about_id: UUID) -> list[ToldOf]:
    """Who was told of an alert (or anything else), first told first."""
    told = select(Delivery, Person).join(Person, Person.id == Delivery.recipient_id)
    rows = told.where(Delivery.about_id == about_id)
    return [
        ToldOf(person.name, one.channel, one.state, one.last_code, one.created_at)
        for one, person in db.session.execute(rows.order_by(Delivery.created_at, Delivery.id))
    ]


def waiting_seconds(kind: str | None = None) -> float:
    """For how long the oldest delivery that any sender might take has not been taken."""
    takeable = func.greatest(Delivery.due_at, func.coalesce(Delivery.lease_until, Delivery.due_at))
    stopped = select(ChannelPause).where(ChannelPause.channel == Delivery.channel, ChannelPause.resumed_at.is_(None))
    where = [Delivery.state.in_(OPEN_STATES), ~stopped.exists()]
    where += [Delivery.kind == kind] if kind else []
    oldest: datetime | None = db.session.scalar(select(func.min(takeable)).where(*where))
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def count_in(state: str) -> float:
    """How many deliveries are in this state."""
    return float(db.session.scalar(select(func.count()).where(Delivery.state == state)) or 0)


def paused() -> Sequence[ChannelPause]:
    """The ways out that are stopped."""
    return db.session.scalars(select(ChannelPause).where(ChannelPause.resumed_at.is_(None))).all()


def queue_age_fault() -> str | None:
    """What is wrong when texts wait although nothing stops them: no sender works, or too few."""
    alerts, others = waiting_seconds("alert"), waiting_seconds()
    if alerts > ALERTS_WAIT_AT_MOST.total_seconds() or others > OTHERS_WAIT_AT_MOST.total_seconds():
        return f"The oldest text has waited {others:.0f} s, the oldest alert {alerts:.0f} s: start flask worker."
    return None


def unhandled_fault() -> str | None:
    """What is wrong when texts that came in wait to be understood."""
    waiting = (InboundText.handled_at.is_(None), InboundText.created_at < clock.now() - HANDLED_WITHIN)
    count, oldest = db.session.execute(select(func.count(), func.min(InboundText.created_at)).where(*waiting)).one()
    if not count:
        return None
    return f"Texts that came in and are not handled: {count}, the oldest since {oldest:%H:%M}. See the worker's log."


def pause_fault() -> str | None:
    """What is wrong when the provider refuses our account."""
    stopped = [f"{pause.channel} since {pause.since:%H:%M} (code {pause.code})" for pause in paused()]
    return f"Stopped by the provider: {', '.join(stopped)}. Look at the account." if stopped else None


def holds_sandbox_texts() -> bool:
    """Whether a sandbox has ever spoken here: then the people are made up, and all know their password."""
    return db.session.scalar(select(SandboxMessage.id).limit(1)) is not None


def _paused_count() -> float:
    return float(len(paused()))


GAUGES: list[metrics.Gauge] = [
    ("kith_queue_age_seconds", "How long the oldest text has waited for a sender", waiting_seconds),
    *(
        (f"kith_{kind}_queue_age_seconds", f"The same for kind {kind}", partial(waiting_seconds, kind))
        for kind in kinds.KINDS
    ),
    *(
        (f"kith_deliveries_{state}", f"Deliveries in state {state}", partial(count_in, state))
        for state in ("pending", "unknown", "parked")
    ),
    ("kith_channels_paused", "Ways out that the provider has stopped", _paused_count),
]
