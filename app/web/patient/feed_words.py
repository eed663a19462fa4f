"""Posts in the words of pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.messages import authorship
from app.messages.queries.shown import Reaction, Shown
from app.web import moments

SIGNS: Final = {
    "heart": "Love",
    "thanks": "Thank you",
    "hug": "A hug",
    "smile": "A smile",
    "thinking_of_you": "Thinking of you",
}
NO_WORDS: Final = "A photo by {name}, who has not said what is on it"


def post(patient_id: UUID, one: Shown, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A post with the last comments below it."""
    below = [comment(patient_id, each, now, zone) for each in one.last_comments]
    more = one.comments - len(below)
    return {
        **comment(patient_id, one, now, zone),
        "comments": below,
        "kept": one.hidden_from_circle,
        "more": f"{counted(more, 'earlier comment')}" if more > 0 else None,
    }


def comment(patient_id: UUID, one: Shown, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A post or a comment by itself."""
    name = one.author.name if one.author else authorship.KITH
    return {
        "id": str(one.id),
        "name": name,
        "you": one.is_mine,
        "said": one.author.said if one.author else None,
        "when": moments.moment(one.created_at, now, zone),
        "text": one.text,
        "gone": f"Taken away by {'you' if one.is_mine else name}" if one.taken_away_at else None,
        "changed": one.changed_at is not None and one.taken_away_at is None,
        "photo": _photo(patient_id, one, name),
        "reactions": reactions(one.reactions),
        "seen": f"Seen by {counted(one.seen_by, 'person', 'people')}" if one.seen_by else None,
        "href": url_for("my_feed.post", patient_id=patient_id, post_id=one.id),
    }


def reactions(found: Sequence[Reaction]) -> str | None:
    """ "Thank you 2, A hug 1"."""
    return ", ".join(f"{SIGNS[one.kind]} {one.count}" for one in found) or None


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 comment", "2 comments"."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _photo(patient_id: UUID, one: Shown, name: str) -> dict[str, Any] | None:
    if one.photo is None:
        return None
    return {
        "src": url_for("my_feed.photo", patient_id=patient_id, post_id=one.id),
        "alt": one.photo.words or NO_WORDS.format(name=name),
        "width": one.photo.width,
        "height": one.photo.height,
    }
