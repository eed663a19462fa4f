"""An action of the care plan, as a goal is drawn from it, and how it goes in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Action:
    """Something that was agreed to be done; `state` is open, done or dropped."""

    id: UUID
    words: str = field(repr=False)
    state: str
    owner_id: UUID
    owner: str  # their name
    due_on: date | None
    is_overdue: bool  # open past its day, by the patient's calendar
    done_on: date | None


def said(action: Action, me: UUID) -> str:
    """ "Not done yet. Tom Okafor sees to it, by 20 November 2026."; to whoever sees to it, "You see to it"."""
    if action.state == "dropped":
        return "It is not in the care plan any more."
    if action.done_on is not None:
        return f"Done on {_day(action.done_on)}."
    is_mine = action.owner_id == me
    if action.is_overdue and action.due_on is not None:
        was = "You were" if is_mine else f"{action.owner} was"
        return f"Overdue. {was} to see to it by {_day(action.due_on)}."
    until = f", by {_day(action.due_on)}" if action.due_on else ""
    return f"Not done yet. {'You see' if is_mine else f'{action.owner} sees'} to it{until}."


def _day(one: date) -> str:
    return f"{one.day} {one:%B} {one.year}"
