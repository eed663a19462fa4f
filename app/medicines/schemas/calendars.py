"""Calendars that read doses along."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema


class NewCalendarFeed(Schema):
    """Whether the names of medicines stand in it, for whoever sees that calendar to read."""

    names_medicines = fields.Boolean(load_default=False)


class CalendarFeed(Schema):
    """A calendar of one's own; its address is not told again."""

    id = fields.UUID(required=True)
    names_medicines = fields.Boolean(required=True)
    made_at = Instant(required=True, attribute="created_at")
    last_read_at = Instant(required=True, allow_none=True)


class MadeCalendarFeed(Schema):
    """A calendar just made. Keep the address: whoever has it reads the calendar."""

    feed = fields.Nested(CalendarFeed, required=True)
    url = fields.String(required=True)


class CalendarFeeds(Schema):
    """The running calendars of one's own."""

    items = fields.List(fields.Nested(CalendarFeed), required=True)
