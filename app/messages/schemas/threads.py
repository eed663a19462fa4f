"""Threads, what is written to them and what is done with them."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema as MarshmallowSchema
from marshmallow import ValidationError, fields, post_load

from app.core.schemas import Instant, Schema, Text, page_of
from app.messages.written import NewMessage, NewThread

LONGEST: Final = 4000
LONGEST_TOPIC: Final = 100
LONGEST_NOTE: Final = 1000


class Written(Text):
    """A text with something in it beside spaces, which it neither begins nor ends with."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise ValidationError("Write something first.")
        return text


class NewThreadSchema(Schema):
    """A new topic with its first message; the id is the sender's own, and a resend is the same thread."""

    id = fields.UUID(required=True)
    topic = Written(required=True, longest=LONGEST_TOPIC)
    text = Written(required=True, longest=LONGEST)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewThread:
        return NewThread(**data)


class NewMessageSchema(Schema):
    """A message; the id is the sender's own, and a resend is the same message.

    `shown`: when the last message was written that the sender had before them; who wrote later still waits.
    """

    id = fields.UUID(required=True)
    text = Written(required=True, longest=LONGEST)
    shown = Instant(load_default=None, allow_none=True)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewMessage:
        return NewMessage(**data)


class ThreadClosing(Schema):
    """What is said to whoever waits where a thread is closed without an answer in it; only of the team.

    `shown`: when the last message was written that was read; 409 where somebody has written since.
    """

    note = Written(load_default=None, allow_none=True, longest=LONGEST_NOTE)
    shown = Instant(load_default=None, allow_none=True)


class ThreadPassingOn(Schema):
    """To whom something is passed on, with a note for them."""

    to_id = fields.UUID(required=True)
    note = Written(required=True, longest=LONGEST_NOTE)


class ThreadLettingGo(Schema):
    """Why something is put back, for colleagues."""

    note = Written(load_default=None, allow_none=True, longest=LONGEST_NOTE)


class ThreadPerson(MarshmallowSchema):
    """A person by their name."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Thread(Schema):
    """A thread; `waiting_since`: nobody of the team has answered since, and `answer_by` says until when they will."""

    id = fields.UUID(required=True, attribute="thread.id")
    kind = fields.String(required=True, attribute="thread.kind")
    topic = fields.String(required=True, attribute="thread.topic")
    opened_at = Instant(required=True, attribute="thread.created_at")
    opened_by = fields.Nested(ThreadPerson, required=True)
    last_at = Instant(required=True, attribute="thread.last_at")
    closed_at = Instant(required=True, allow_none=True, attribute="thread.closed_at")
    waiting_since = Instant(required=True, allow_none=True, attribute="thread.waiting_since")
    answer_by = Instant(required=True, allow_none=True)
    claimed_by = fields.Nested(ThreadPerson, required=True, allow_none=True)
    unread = fields.Integer(required=True)


Threads = page_of(Thread, "Threads")


class ThreadStep(Schema):
    """Something that was done with a thread."""

    kind = fields.String(required=True)
    at = Instant(required=True)
    by = fields.Nested(ThreadPerson, required=True)
    to = fields.Nested(ThreadPerson, required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class ThreadBox(Schema):
    """Who reads what is written here, until when, and what then; `closed` is why nothing can be written."""

    is_open = fields.Boolean(required=True)
    readers = fields.String(required=True)
    until = Instant(required=True, allow_none=True)
    back_at = Instant(required=True, allow_none=True)
    then = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    closed = fields.String(required=True, allow_none=True)


class ThreadInFull(Schema):
    """A thread with its history, and who listens to what is written next."""

    thread = fields.Nested(Thread, required=True, attribute="listed")
    history = fields.List(fields.Nested(ThreadStep), required=True)
    box = fields.Nested(ThreadBox, required=True)


class ThreadReceipt(Schema):
    """Somebody who has read a message; when is known of the last they read."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    at = Instant(required=True, allow_none=True)


class ThreadMessage(Schema):
    """A message; to its author also who has read it."""

    id = fields.UUID(required=True, attribute="message.id")
    client_id = fields.UUID(required=True, attribute="message.client_id")
    at = Instant(required=True, attribute="message.created_at")
    text = fields.String(required=True, attribute="message.body")
    author = fields.Nested(ThreadPerson, required=True)
    is_to_patient = fields.String(required=True, attribute="said")
    channel = fields.String(required=True, attribute="message.channel")
    read_by = fields.List(fields.Nested(ThreadReceipt), required=True)


Messages = page_of(ThreadMessage, "ThreadMessages")


class InboxRow(Schema):
    """A thread that waits for the caller's teams; `is_overdue`: it is everybody's again, whoever has taken it."""

    thread_id = fields.UUID(required=True, attribute="thread.id")
    patient_id = fields.UUID(required=True, attribute="patient.id")
    patient_name = fields.String(required=True, attribute="patient.name")
    team_id = fields.UUID(required=True, attribute="thread.team_id")
    topic = fields.String(required=True, attribute="thread.topic")
    writer = fields.Nested(ThreadPerson, required=True)
    is_to_patient = fields.String(required=True, attribute="said")
    text = fields.String(required=True, attribute="message.body")
    waiting_since = Instant(required=True, attribute="thread.waiting_since")
    answer_by = Instant(required=True)
    claimed_by = fields.Nested(ThreadPerson, required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)


Inbox = page_of(InboxRow, "Inbox")
