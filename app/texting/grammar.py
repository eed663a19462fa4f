"""What a text about doses says; pure. Whatever is not certain is no answer, and is asked back once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from app.medicines.ticking import LATER_MINUTES

USUAL_LATER: Final = 30
MOST_NUMBERS: Final = 20
_WORDS: Final = {
    "taken": frozenset({"y", "yes", "yep", "yeah", "taken", "took", "had", "done"}),
    "missed": frozenset({"n", "no", "nope", "not", "missed"}),
    "later": frozenset({"late", "later", "snooze", "wait"}),
    "two_taken": frozenset({"two", "twice"}),
}
_ANSWER_OF: Final = {word: answer for answer, words in _WORDS.items() for word in words}
_AT: Final = re.compile(r"(?:at )?(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)")
_WORD: Final = re.compile(r"[^\W_]+")
_FILLER: Final = frozenset(
    {"at", "and", "min", "mins", "minutes", "please", "thanks", "thank", "you", "them", "all", "it"}
)


@dataclass(frozen=True, slots=True)
class DoseReply:
    """An answer about the doses of the last reminder: all of them, or those of these numbers."""

    answer: str
    numbers: tuple[int, ...] = ()
    minutes: int | None = None  # later
    at: time | None = None  # taken at this time by the clock on the wall


@dataclass(frozen=True, slots=True)
class Unsure:
    """It begins like an answer about doses, but what it says is not certain."""


def dose_reply(text: str) -> DoseReply | Unsure | None:
    """What a text says of doses; None if it does not begin like an answer about them."""
    said = text.casefold().strip()
    at = _AT.search(said)
    words = _WORD.findall(_AT.sub(" ", said) if at else said)
    answer = _ANSWER_OF.get(words[0]) if words else None
    if answer is None:
        return None
    rest = [word for word in words[1:] if word not in _FILLER]
    if not all(word.isascii() and word.isdigit() and len(word) <= 3 for word in rest) or len(rest) > MOST_NUMBERS:
        return Unsure()
    numbers = tuple(int(word) for word in rest)
    if answer == "later":
        return _later(numbers, at)
    if at and answer != "taken":
        return Unsure()
    return DoseReply(answer, numbers, at=time(int(at["hour"]), int(at["minute"])) if at else None)


def _later(numbers: tuple[int, ...], at: re.Match[str] | None) -> DoseReply | Unsure:
    """`LATE` or `LATE 30`: the number is minutes; which of several doses is not said so."""
    if at or len(numbers) > 1 or not set(numbers) <= set(LATER_MINUTES):
        return Unsure()
    return DoseReply("later", minutes=numbers[0] if numbers else USUAL_LATER)
