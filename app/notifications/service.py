"""Tell somebody something: a delivery row in the caller's transaction; senders hand it over after the commit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from flask import current_app
from sqlalchemy import text

from app.core import clock, sealed, unit_of_work
from app.core.db import db
from app.core.ids import new_id
from app.notifications.models import Delivery

# Kind of message -> (priority, how long it is of use; None: as long as it takes).
KINDS: dict[str, tuple[int, timedelta | None]] = {
    "alert": (0, None),
    "code": (1, timedelta(minutes=10)),
    "message": (5, timedelta(hours=4)),
    "reminder": (6, timedelta(minutes=45)),
}

# For a statement of another slice that writes its facts and their messages at once: rows of :deliveries as JSON.
INSERT_FROM_JSON = """
    insert into delivery (id, created_at, organisation_id, patient_id, recipient_id, about, about_id, kind, priority,
        channel, body_sealed, state, due_at, useful_until, attempts)
    select id, created_at, organisation_id, patient_id, recipient_id, about, about_id, kind, priority, channel,
        body_sealed, 'pending', due_at, useful_until, 0
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
) -> dict[str, Any]:
    """A row for INSERT_FROM_JSON; its body is sealed already."""
    now, one = clock.now(), new_id()
    priority, useful_for = KINDS[kind]
    return {
        "id": one,
        "created_at": now,
        "organisation_id": organisation_id,
        "patient_id": patient_id,
        "recipient_id": recipient_id,
        "about": about,
        "about_id": about_id,
        "kind": kind,
        "priority": priority,
        "channel": "sms",
        "body_sealed": "\\x" + sealed.seal(body, Delivery.body.place, one).hex(),
        "due_at": now,
        "useful_until": now + useful_for if useful_for else None,
    }


def tell(**facts: Any) -> UUID:
    """Have a person told; the arguments are those of `delivery_row`. Returns the delivery's id."""
    row = delivery_row(**facts)
    db.session.execute(_INSERT, {"deliveries": orjson.dumps([row]).decode()})
    wake_senders()
    one: UUID = row["id"]
    return one


def wake_senders() -> None:
    """Call the senders after this commit, best effort."""
    waker = current_app.extensions.get("waker")
    if waker is not None:
        unit_of_work.after_commit("wake senders", waker.call)
