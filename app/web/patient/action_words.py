"""Actions of the care plan in the words of whoever reads: who sees to it, until when, what became of it. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.messages.queries.people_here import Somebody
from app.pathway import entering
from app.pathway.queries.showing import Shown, ShownEvent
from app.web import moments
from app.web.patient import goals_words

CHIPS: Final = {"done": "Done", "dropped": "Dropped"}
SAID: Final = {
    "set": "It is added to the care plan.",
    "changed": "It is changed.",
    "done": "Well done. It is noted as done.",
    "open-again": "It is open again.",
    "drop": "It is dropped.",
}
PLAINLY: Final = {
    "words": f"Say what is to be done, in up to {entering.LONGEST_WORDS} letters",
    "owner_id": "Choose who sees to it",
    "due_on": "Give today or a later day, or leave it empty",
    "why": f"Say why, in up to {entering.LONGEST_WHY} letters",
}
_HAPPENED: Final = {
    "set": "{who} added it",
    "changed": "{who} changed it",
    "done": "{who} said that it is done",
    "open_again": "{who} said that it is still to be done",
    "dropped": "{who} dropped it",
}


def shown(one: Shown, me: UUID, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """An action in a list."""
    row = one.row
    return {
        "id": str(row.id),
        "words": row.words,
        "who": _owner(one.owner, me),
        "day": _day(one, now.astimezone(zone).date()),
        "is_open": row.state == "open",
        "is_done": row.state == "done",
        "is_overdue": one.is_overdue,
        "chip": "Overdue" if one.is_overdue else CHIPS.get(row.state),
        "ended": _ended(one, me, now, zone),
        "why": row.dropped_why,
    }


def happened(one: ShownEvent, me: UUID, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Who did what, and what it was before."""
    said = [_HAPPENED[one.row.kind].format(who=goals_words.who(one.by, me))]
    if "words" in one.before:
        said.append(f"before: “{one.before['words']}”")
    if "owner_id" in one.before:
        said.append("somebody else saw to it before")
    if "due_on" in one.before:
        day = one.before["due_on"]
        said.append(f"before: by {moments.full(date.fromisoformat(day))}" if day else "before: no day")
    if one.why:
        said.append(f"“{one.why}”")
    return {"words": "; ".join(said), "when": moments.moment(one.row.created_at, now, zone)}


def faults(refused: DomainError) -> dict[str, str]:
    """What is wrong, beside its box; what concerns no box stands above."""
    names = [one["pointer"].strip("/").split("/")[0] for one in refused.errors]
    return {name: PLAINLY[name] for name in names if name in PLAINLY} or {"": refused.detail}


def _owner(owner: Somebody, me: UUID) -> str:
    return "You" if owner.person_id == me else f"{owner.name}, {owner.said}"


def _day(one: Shown, today: date) -> str | None:
    """By when, while it is open; a day that is past is said as one."""
    if one.row.state != "open" or one.row.due_on is None:
        return None
    day = moments.day(one.row.due_on, today)
    return f"was to be done by {day}" if one.is_overdue else f"by {day}"


def _ended(one: Shown, me: UUID, now: datetime, zone: ZoneInfo) -> str | None:
    if one.ended_by is None or one.row.ended_at is None:
        return None
    did = CHIPS[one.row.state]
    return f"{did} by {goals_words.whose(one.ended_by, me)}, {moments.words(one.row.ended_at, now, zone)}"
