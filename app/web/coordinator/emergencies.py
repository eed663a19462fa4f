"""Emergency openings as the console shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.core import clock
from app.core.pages import Page
from app.patients.queries.emergency import Opened
from app.web import moments

# Of the leads: an organisation has no zone of its own, and its teams are in this one.
ZONE: Final = ZoneInfo("Europe/London")


def running(mine: Sequence[Opened]) -> list[dict[str, Any]]:
    """What somebody has open."""
    now = clock.now()
    return [
        {
            "id": str(one.access.id),
            "patient": one.patient.name,
            "until": f"Until {moments.by(one.access.ends_at, now, ZONE)}.",
            "href": url_for("coordinator.patient", patient_id=one.access.patient_id),
            "end_action": url_for("emergency.end", access_id=one.access.id),
        }
        for one in mine
    ]


def to_review(found: Page[Opened], me: UUID, only_open: bool) -> dict[str, Any]:
    """The list of a lead: those that nobody has looked at again, or all."""
    every = None if only_open else 1
    return {
        "emergencies": [_one(one, me) for one in found.items],
        "ranges": [
            {"text": "To review", "href": url_for("emergency.listed"), "current": only_open},
            {"text": "All", "href": url_for("emergency.listed", all=1), "current": not only_open},
        ],
        "earlier_href": url_for("emergency.listed", cursor=found.next, all=every) if found.next else None,
    }


def _one(one: Opened, me: UUID) -> dict[str, Any]:
    now, access = clock.now(), one.access
    ended = moments.by(access.ends_at, now, ZONE)
    reviewed = access.reviewed_at
    return {
        "id": str(access.id),
        "patient": one.patient.name,
        "by": "You" if access.person_id == me else one.by.name,
        "when": moments.moment(access.created_at, now, ZONE),
        "until": f"open until {ended}" if one.is_running else f"ended {ended}",
        "reason": access.reason,
        "review": access.review if reviewed else None,
        "reviewed": reviewed and f"{one.reviewer.name if one.reviewer else ''}, {moments.words(reviewed, now, ZONE)}",
        "action": url_for("emergency.review", access_id=access.id) if not reviewed and access.person_id != me else None,
    }
