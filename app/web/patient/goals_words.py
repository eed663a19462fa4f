"""Goals in the words of whoever reads: how far they have come, who helps, what happened. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.roles import STAFF
from app.goals import ties
from app.goals.attainment import LEVELS
from app.goals.queries.showing import Shown, ShownEvent, ShownReview, ShownStep, Way
from app.messages.queries.people_here import Somebody
from app.readings import catalogue
from app.web import moments
from app.web import words as readings
from app.web.patient import questions

AUDIENCES: Final = {
    "private": "only {you}",
    "team": "{you} and the care team",
    "circle": "{you}, the care team, and those in the circle who may see goals",
}
STATES: Final = {
    "suggested": "Suggested by the care team",
    "active": "Working on it",
    "reached": "Reached",
    "put_aside": "Put aside for now",
    "declined": "Not for now",
}
# Goal attainment scaling, for whoever reads: nobody is asked to think in numbers from -2 to +2.
LEVEL_NAMES: Final = {
    2: "Much more than hoped",
    1: "More than hoped",
    0: "What is hoped for",
    -1: "Less than hoped",
    -2: "Much less than hoped",
}
TRENDS: Final = {
    "there": "Where it was hoped to be.",
    "towards": "On the way.",
    "unchanged": "Where it began.",
    "away": "Further away than where it began.",
}
_HAPPENED: Final = {
    "set": "{who} set this goal",
    "suggested": "{who} suggested this goal",
    "accepted": "{who} took this goal",
    "declined": "{who} left this goal",
    "changed": "{who} changed what it says",
    "shared": "{who} changed who sees it",
    "step_added": "{who} added a step",
    "step_changed": "{who} changed a step",
    "step_done": "{who} said that a step is done",
    "step_open_again": "{who} said that a step is still to be done",
    "step_removed": "{who} took a step away",
    "helper_asked": "{who} asked {helper} to help with a step",
    "helper_accepted": "{who} will help with a step",
    "helper_declined": "{who} cannot help with a step",
    "helper_ended": "{helper} helps with a step no more",
    "reviewed": "{who} said how it goes",
    "reached": "{who} said that it is reached",
    "put_aside": "{who} put it aside",
    "taken_up": "{who} took it up again",
}
_HELPS: Final = {"asked": "{name} is asked to help", "accepted": "{name} helps", "declined": "{name} cannot help"}
_ME: Final = {"asked": "You are asked to help", "accepted": "You help", "declined": "You said that you cannot help"}
_BEFORE: Final = {"words": "before: “{}”", "why": "why, before: “{}”", "confidence": "sure before: {} of 10"}


def steps_said(one: Shown) -> str | None:
    """ "2 of 5 steps done"."""
    of = "1 step" if len(one.steps) == 1 else f"{len(one.steps)} steps"
    return f"{one.steps_done} of {of} done" if one.steps else None


def way(one: Shown, area: str, now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """How far it has come by what it is tied to; None where it is not, or whoever looks may not read that."""
    found = one.way
    if found is None:
        return None
    if found.action is not None:
        return {"label": found.action.words, "percent": None, "numbers": None, "when": None, "trend": found.said}
    return {
        "label": measure(one.row.tie or "") if one.row.tied_to == "measure" else area,
        "percent": None if found.share is None else int(max(Decimal(0), found.share) * 100),
        "numbers": _numbers(found, one.row.tied_to or "", one.row.tie or ""),
        "when": moments.words(found.at, now, zone) if found.at else None,
        "trend": TRENDS[found.trend] if found.trend else "There is no number to compare yet.",
    }


def measure(tie: str) -> str:
    """Its name as patients call it: "Weight", "Blood pressure, top number"."""
    found = ties.measured(tie)
    if found is None:
        return "The number"
    title, boxes = readings.title(found.measure), questions.boxes(catalogue.MEASURES[found.measure])
    part = boxes[found.number]
    return title if part.name == "value" else f"{title}, {readings.lower(part.label)}"


def amount(tied_to: str, tie: str, number: str) -> str:
    """A number with its unit: "82.5 kg"."""
    found = ties.measured(tie) if tied_to == "measure" else None
    return catalogue.MEASURES[found.measure].shown.format(number) if found else number


def seen_by(name: str, you: str) -> str:
    """Who sees it, inside a sentence: "you and the care team"."""
    return AUDIENCES[name].format(you=you)


def begun(one: Shown, me: UUID) -> str:
    """Who it comes from."""
    return f"{'Suggested' if one.row.set_role in STAFF else 'Set'} by {whose(one.set_by, me)}"


def level(number: int, said: str) -> str:
    """A level with its words: "More than hoped: To the park"."""
    return f"{LEVEL_NAMES[number]}: {said}" if said else LEVEL_NAMES[number]


def step(one: ShownStep, me: UUID, today: date) -> dict[str, Any]:
    """A step, with its day and who helps."""
    helps = _ME if one.is_mine else _HELPS
    name = one.helper.name if one.helper else ""
    return {
        "id": str(one.row.id),
        "words": one.row.words,
        "due": f"by {moments.day(one.row.due_on, today)}" if one.row.due_on else None,
        "is_done": one.row.done_at is not None,
        "done_by": who(one.done_by, me) if one.done_by else None,
        "helper": helps[one.row.helper_state].format(name=name) if one.row.helper_state else None,
        "helper_state": one.row.helper_state,
        "is_mine": one.is_mine,
    }


def review(one: ShownReview, levels: Mapping[int, str], me: UUID, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """How it went, with who said it."""
    sure = None if one.row.confidence is None else f"Sure: {one.row.confidence} of 10"
    reached = None if one.row.level is None else level(one.row.level, levels.get(one.row.level, ""))
    return {
        "said": [said for said in (sure, reached, one.row.note) if said],
        "by": who(one.by, me),
        "when": moments.moment(one.row.created_at, now, zone),
    }


def happened(one: ShownEvent, me: UUID, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Who did what, and what it was before."""
    helper = who(one.helper, me) if one.helper else "Somebody"
    said = _HAPPENED[one.event.kind].format(who=who(one.by, me) if one.by else "Kith", helper=helper)
    before = [text.format(one.event.before[name]) for name, text in _BEFORE.items() if one.event.before.get(name)]
    why = [f"“{one.event.why}”"] if one.event.why else []
    return {"words": "; ".join([said, *why, *before]), "when": moments.moment(one.event.at, now, zone)}


def by_level(levels: list[str] | None) -> dict[int, str]:
    """The words of each level, highest first."""
    return dict(reversed(list(zip(LEVELS, levels or (), strict=False))))


def levels_named(levels: list[str] | None) -> list[tuple[str, str]]:
    """Each level by its plain name, with what it would be."""
    return [(LEVEL_NAMES[number], said) for number, said in by_level(levels).items()]


def whose(somebody: Somebody, me: UUID) -> str:
    """Their name inside a sentence."""
    return readings.lower(who(somebody, me)) if somebody.person_id == me else somebody.name


def who(somebody: Somebody, me: UUID) -> str:
    """Their name; "You" for whoever looks."""
    return "You" if somebody.person_id == me else somebody.name


def _numbers(found: Way, tied_to: str, tie: str) -> str | None:
    """ "It began at 82 kg and is now 80 kg. 75 kg is hoped for."."""

    def said(number: Decimal) -> str:
        return amount(tied_to, tie, f"{number.normalize():f}")

    course = [
        f"{words} {said(at)}" for words, at in (("began at", found.start), ("is now", found.now)) if at is not None
    ]
    told = [f"It {' and '.join(course)}."] if course else []
    hoped = [] if found.aim is None else [f"{said(found.aim)} is hoped for."]
    return " ".join(told + hoped) or None
