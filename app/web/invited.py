"""Invitations as a list shows them, into a circle or a team: who has come, who is awaited. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.identity.queries import Sent
from app.web import moments, words


@dataclass(frozen=True, slots=True)
class List:
    """The invitations, who is looking, and where the buttons lead."""

    found: Sequence[Sent]
    reader_id: UUID
    now: datetime
    zone: ZoneInfo
    to: Callable[[Sent, str], str]  # what a button of this name about an invitation is sent to


def came(of: List) -> list[dict[str, Any]]:
    """Those who have accepted: only whoever asked knows whether it is them."""
    return [
        _one(of, one)
        | {
            "name": one.joiner.name if one.joiner else "",
            "confirm_action": of.to(one, "confirm"),
            "decline_action": of.to(one, "decline"),
        }
        for one in of.found
        if one.state == "accepted"
    ]


def awaited(of: List) -> list[dict[str, Any]]:
    """Those who have not come yet."""
    return [
        _one(of, one)
        | {
            "until": _until(of, one),
            "resend_action": of.to(one, "resend"),
            "revoke_action": of.to(one, "revoke"),
        }
        for one in of.found
        if one.state != "accepted"
    ]


def _one(of: List, one: Sent) -> dict[str, Any]:
    as_what = one.invitation.relationship or one.invitation.role
    return {
        "id": one.invitation.id,
        "as_what": as_what,
        "title": words.upper(as_what),
        "contact": one.invitation.contact,
        "inviter": one.inviter.given_name,
        "is_mine": one.invitation.invited_by == of.reader_id,
        "sent": moments.moment(one.invitation.created_at, of.now, of.zone),
    }


def _until(of: List, one: Sent) -> str:
    if one.state == "expired":
        return "The code has run out."
    return f"The code works until {moments.by(one.invitation.expires_at, of.now, of.zone)}."
