"""Tell somebody something: a delivery row in the caller's transaction; senders hand it over after the commit.

What senders and the provider do with it is in the files beside this one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text, update

from app.core import clock, sealed, wake
from app.core.db import db
from app.core.ids import new_id
from app.notifications import channels, kinds
from app.notifications.models import OPEN_STATES, Delivery

# For a statement of another slice that writes its facts and their messages at once: rows of :deliveries as JSON.
INSERT_FROM_JSON = """
    insert into delivery (id, created_at, organisation_id, patient_id, recipient_id, about, about_id, kind, priority,
        channel, body_sealed, state, due_at, useful_until, attempts, spent)
    select id, created_at, organisation_id, patient_id, recipient_id, about, about_id, kind, priority, channel,
        body_sealed, 'pending', due_at, useful_until, 0, 0
    from jsonb_to_recordset(cast(:deliveries as jsonb)) as d (id uuid, created_at timestamptz, organisation_id uuid,
        patient_id uuid, recipient_id uuid, about text, about_id uuid, kind text, priority int, channel text,
        body_sealed bytea, due_at timestamptz, useful_until timestamptz)
"""
_INSERT = text(INSERT_FROM_JSON)


def delivery_row(
    *,
    organisation_id: UUID,
    patient_id: UUID | None,
    recipient_id: UUID,
    about: str,
    about_id: UUID,
    kind: str,
    body: str,
    useful_until: datetime | None = None,
) -> dict[str, Any]:
    """A row for INSERT_FROM_JSON; its body is sealed already. Kinds are those of `kinds`."""
    now, one, its_kind = clock.now(), new_id(), kinds.KINDS[kind]
    return {
        "id": one,
        "created_at": now,
        "organisation_id": organisation_id,
        "patient_id": patient_id,
        "recipient_id": recipient_id,
        "about": about,
        "about_id": about_id,
        "kind": kind,
        "priority": its_kind.priority,
        "channel": channels.SMS,
        "body_sealed": "\\x" + sealed.seal(body, Delivery.body.place, one).hex(),
        "due_at": now,
        "useful_until": kinds.useful_until(its_kind, now, useful_until),
    }


def tell(**facts: Any) -> UUID:
    """Have a person told; the arguments are those of `delivery_row`. Returns the delivery's id."""
    row = delivery_row(**facts)
    db.session.execute(_INSERT, {"deliveries": orjson.dumps([row]).decode()})
    wake_senders()
    one: UUID = row["id"]
    return one


def withdraw(about_ids: Collection[UUID], recipients: Collection[UUID] | None = None) -> int:
    """Do not send what waits about these things, to these people or to anybody; returns how many.

    What a sender holds may still leave.
    """
    waiting = [Delivery.about_id.in_(about_ids), Delivery.state.in_(OPEN_STATES), Delivery.lease_until.is_(None)]
    if recipients is not None:
        waiting.append(Delivery.recipient_id.in_(recipients))
    stopped = {"state": "stale", "last_outcome": "withdrawn", "settled_at": clock.now()}
    return int(db.session.execute(update(Delivery).where(*waiting).values(stopped)).rowcount)  # type: ignore[attr-defined]


def withdraw_from(recipient_id: UUID) -> int:
    """Stop everything that is on its way to one person; what is in a sender's hand may still arrive."""
    waiting = (Delivery.recipient_id == recipient_id, Delivery.state.in_(OPEN_STATES), Delivery.lease_until.is_(None))
    stopped = {"state": "stale", "last_outcome": "withdrawn", "settled_at": clock.now()}
    return int(db.session.execute(update(Delivery).where(*waiting).values(stopped)).rowcount)  # type: ignore[attr-defined]


def wake_senders() -> None:
    """Call the senders after this commit, best effort."""
    wake.after_commit()
