"""Threads in words: who wrote and who has read it, what was done, who listens to what is written next. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.messages.listening import Listening
from app.messages.queries.threads import ListedThread, Step, WrittenMessage
from app.patients import labelling
from app.web import moments, words

_DONE: Final = {
    "opened": "{by} opened this",
    "closed": "{by} closed this",
    "reopened": "{by} opened this again by writing",
    "claimed": "{by} took this",
    "passed_on": "{by} passed this on to {to}",
    "let_go": "{by} put this back",
}


def listed(one: ListedThread, now: datetime, zone: ZoneInfo, href: str) -> dict[str, Any]:
    """A line of the list."""
    thread = one.thread
    return {
        "href": href,
        "topic": thread.topic,
        "opened": f"Opened by {one.opened_by.name}",
        "last": moments.moment(thread.last_at, now, zone),
        "unread": f"{one.unread} new" if one.unread else None,
        "state": "Closed" if thread.closed_at else "Waits for an answer" if thread.waiting_since else None,
    }


def state(one: ListedThread, now: datetime, zone: ZoneInfo) -> list[str]:
    """How a thread stands, for whoever waits for the team; who of it looks after this is no secret."""
    if one.answer_by is None:
        return []
    if one.answer_by <= now:
        return ["The team has not answered yet, later than it should. Call them if it cannot wait."]
    said = f"The team should answer by {moments.by(one.answer_by, now, zone)}."
    return [said, f"{one.claimed_by.name} is looking after this."] if one.claimed_by else [said]


def messages(rows: Sequence[WrittenMessage], reader: UUID, now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What was written, oldest first; under one's own who has read it."""
    return [
        {
            "who": "You" if row.author.id == reader else row.author.name,
            "said": None if row.author.id == reader else row.said,
            "mine": row.author.id == reader,
            "when": moments.moment(row.message.created_at, now, zone),
            "text": row.message.body,
            "read": _read(row, now, zone),
        }
        for row in reversed(rows)
    ]


def shown(rows: Sequence[WrittenMessage]) -> datetime | None:
    """When the last of them was written."""
    return rows[0].message.created_at if rows else None


def _read(row: WrittenMessage, now: datetime, zone: ZoneInfo) -> str | None:
    said = [f"{one.name}, {moments.words(one.at, now, zone)}" if one.at else one.name for one in row.read_by]
    return f"Read by {labelling.listed(said)}" if said else None


def steps(history: Sequence[Step], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Who did what, in order."""
    return [
        {
            "words": _DONE[step.kind].format(by=step.by.name, to=step.to.name if step.to else ""),
            "when": moments.moment(step.at, now, zone),
            "note": step.note,
        }
        for step in history
    ]


def closed(one: ListedThread, history: Sequence[Step], now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """Who closed a thread and when, with what they said; None while it is open."""
    if one.thread.closed_at is None:
        return None
    last = next(step for step in reversed(history) if step.kind == "closed")
    return {"words": f"Closed by {last.by.name} {moments.words(last.at, now, zone)}.", "note": last.note}


def circle_listening(box: Listening) -> Mapping[str, Any]:
    """Who reads what is written within the circle, in the form of the frame's own words."""
    if box.closed:
        return {"words": box.closed, "open": False, "phone": None}
    return {"words": f"{words.upper(box.readers)} can read this. Nobody is on duty here.", "open": True, "phone": None}
