"""Whoever asked somebody in is told, where they begin their day, that somebody has come."""

from __future__ import annotations

from uuid import UUID

from flask import url_for

from app.identity import queries
from app.identity.queries import Sent

SAID = "{name} has answered your invitation ({into}). Nothing opens to them before you confirm that it is them."


def to(person_id: UUID, patient_id: UUID | None = None) -> list[dict[str, str]]:
    """What this person asked, and somebody has accepted: a sentence each, and where to confirm it."""
    waiting = queries.answered(person_id)
    return [
        {"words": SAID.format(name=one.joiner.name if one.joiner else "", into=_into(one)), "href": _where(one)}
        for one in waiting
        if patient_id in (None, one.invitation.patient_id)
    ]


def _into(one: Sent) -> str:
    name = one.invitation.into or ""
    return name if one.invitation.team_id else f"{name}’s circle"


def _where(one: Sent) -> str:
    if one.invitation.team_id:
        return url_for("admin_team.team", team_id=one.invitation.team_id)
    return url_for("circle_invitations.invited", patient_id=one.invitation.patient_id)
