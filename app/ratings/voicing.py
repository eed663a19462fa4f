"""Whose view somebody may give, and whose they may read. Pure.

The patient's own, one that they and somebody of the team came to together, the team's: none overwrites another. A
member of the circle writes down what the patient says, and reads nothing that the team thinks or notes.
"""

from __future__ import annotations

from typing import Final

from app.access.roles import CIRCLE, STAFF, Role

PATIENT: Final = "patient"
TOGETHER: Final = "together"
TEAM: Final = "team"
PAPER: Final = "paper"
# A rating in these answers that one is due: the team's own view is no review with the patient.
ANSWERS: Final = (PATIENT, TOGETHER)
NOT_YOURS: Final[dict[str, str]] = {
    PATIENT: "This is the patient’s own view: only they say it, or somebody writes down what they say.",
    TOGETHER: "What was agreed together is written down by somebody of the team.",
    TEAM: "This is the team’s own view.",
}


def may_give(role: Role, voice: str, *, on_paper: bool = False) -> bool:
    """May somebody in this role give this view? The team copies the patient's own from a sheet of paper only."""
    if role in STAFF:
        return voice in (TOGETHER, TEAM) or on_paper
    return voice == PATIENT


def reads_team(role: Role) -> bool:
    """Does somebody in this role read the team's own view?"""
    return role not in CIRCLE


def reads_words(role: Role, written_by: str) -> bool:
    """Does somebody in this role read the words beside a rating that was written down in that one?"""
    return role not in CIRCLE or written_by not in STAFF
