"""Help in the words of its pages: what became of a request, who did what, and how it is shared. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.messages.queries.fair import Share
from app.messages.queries.help import Shown, Step
from app.messages.queries.shared_calendar import VISIT, Entry
from app.patients import labelling
from app.web import moments

SOON: Final = "As soon as somebody can"
_STEPS: Final = {
    "asked": "{who} asked",
    "claimed": "{who} took it",
    "passed": "{who} cannot this time",
    "given_back": "{who} gave it back, so it is open again",
    "arrived": "{who} was there",
    "done": "{who} said that it is done",
    "called_off": "{who} called it off",
}
_OF_ITSELF: Final = {
    "not_done": "It was not done in its time, so it is open again",
    "reopened": "Whoever had it is not in the circle for this any more, so it is open again",
    "called_off": "Called off, as care has ended",
}


def state(one: Shown, now: datetime, zone: ZoneInfo) -> str:
    """What became of a request, in a sentence."""
    row = one.row
    if row.state == "done" and one.helper and row.done_at:
        who = "You" if one.is_mine else one.helper.name
        return f"{who} did this, {moments.words(row.done_at, now, zone)}"
    if one.is_mine:
        return "You are there" if row.state == "arrived" else "You said that you will do this"
    if one.helper:
        return f"{one.helper.name} {'is there' if row.state == 'arrived' else 'will do this'}"
    return "Not wanted any more" if row.state == "called_off" else "Nobody has taken this yet"


def when(one: Shown, now: datetime, zone: ZoneInfo) -> str:
    """When it is wanted."""
    return SOON if one.row.wanted_at is None else _upper(moments.words(one.row.wanted_at, now, zone))


def asked(one: Shown) -> str:
    """Who was asked: "all of the circle", "Tom and Ada"."""
    return "all of the circle" if one.row.to_all else labelling.listed([each.who.name for each in one.asked])


def cannot(one: Shown) -> str:
    """Who has said that they cannot; nothing where nobody has."""
    names = [each.who.given_name for each in one.asked if each.passed_at]
    return f"{labelling.listed(names)} cannot this time." if names else ""


def history(steps: Sequence[Step], me: UUID, now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Who did what, in order."""
    return [{"words": _step(one, me), "when": moments.moment(one.at, now, zone)} for one in steps]


def _step(one: Step, me: UUID) -> str:
    if one.by is None:
        return _OF_ITSELF[one.kind]
    return _STEPS[one.kind].format(who="You" if one.by.person_id == me else one.by.name)


def share(one: Share, me: UUID) -> str:
    """How much of it was somebody's, kindly: "Tom has taken 9 of 10", and what came of them."""
    who, has, was = ("You", "have", "were") if one.person_id == me else (one.name, "has", "was")
    if one.took:
        did = f" {one.did} of them {'is' if one.did == 1 else 'are'} done." if 0 < one.did < one.took else ""
        return f"{who} {has} taken {one.took} of {one.of}.{did}"
    if one.asked:
        times = "once" if one.asked == 1 else f"{one.asked} times"
        return f"{who} {was} asked {times}, and could not yet."
    return f"{who} {was} not asked yet."


def entry(one: Entry, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A line of the calendar."""
    local = one.starts_at.astimezone(zone)
    who = "You" if one.is_mine else one.who
    nobody = "Somebody of the service" if one.kind == VISIT else "Nobody yet"
    return {
        "at": {"iso": local.isoformat(timespec="seconds"), "words": f"{local:%H:%M}"},
        "kind": "Visit" if one.kind == VISIT else "Help",
        "what": one.what,
        "who": who or nobody,
        "is_open": one.kind != VISIT and one.who is None,
        "is_done": one.state == "done",
    }


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
