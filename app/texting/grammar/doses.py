"""What a text about doses says; pure. Whatever is not certain is asked back once; other words are left to people."""

from __future__ import annotations

import re
from collections.abc import Collection
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
# Words that people hardly begin another text with. The others may answer anything we asked last.
_PLAIN: Final = frozenset({"y", "n", "late", "taken", "two"})
_AT: Final = re.compile(r"(?<![\d:.])(?:at )?(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?![:.]?\d)")
_NO_TIME: Final = re.compile(r"\d[:.]\d")
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"\d+", re.ASCII)
_FILLER: Final = frozenset(
    {"at", "and", "min", "mins", "minutes", "please", "thanks", "thank", "you", "them", "all", "it"}
)
_HALF_OF_DAY: Final = frozenset({"am", "pm"})  # ours, and not certain


@dataclass(frozen=True, slots=True)
class DoseReply:
    """An answer about the doses of a reminder: all of them, or those of these numbers."""

    answer: str
    numbers: tuple[int, ...] = ()
    minutes: int | None = None  # later
    at: time | None = None  # by the clock on the wall: which reminder is meant, or when it was taken
    who: str | None = None  # the patient it names
    is_plain: bool = True  # begins with a word that is nobody else's


@dataclass(frozen=True, slots=True)
class Unsure:
    """Its words are those of an answer about doses, but what it says is not certain."""

    answer: str  # what it begins with; two_taken wherever it says so
    is_plain: bool = True


def begins_like_one(text: str) -> bool:
    """Whether the first word is one of an answer about doses."""
    return _first(_WORD.findall(text.casefold())) is not None


def dose_reply(text: str, names: Collection[str] = ()) -> DoseReply | Unsure | None:
    """What a text says of doses of the patients of these names; None if it does not, or says anything besides."""
    said, who = _without_name(text.casefold(), names)
    at = list(_AT.finditer(said))
    left = _AT.sub(" ", said)
    words = _WORD.findall(left)
    answer = _first(words)
    if answer is None:
        return None
    rest = [word for word in words[1:] if word not in _FILLER]
    numbers = [word for word in rest if _NUMBER.fullmatch(word)]
    others = {word for word in rest if word not in numbers}
    if not others <= _ANSWER_OF.keys() | _HALF_OF_DAY:
        return None
    answers = {_ANSWER_OF.get(word) for word in others} | {answer}
    is_plain = words[0] in _PLAIN
    unsure = Unsure("two_taken" if "two_taken" in answers else answer, is_plain)
    if len(answers) > 1 or len(at) > 1 or _NO_TIME.search(left) or "?" in left or not _are_numbers(numbers):
        return unsure
    when = time(int(at[0]["hour"]), int(at[0]["minute"])) if at else None
    return _reply(answer, tuple(map(int, numbers)), when, who, is_plain) or unsure


def _reply(answer: str, numbers: tuple[int, ...], at: time | None, who: str | None, is_plain: bool) -> DoseReply | None:
    """Of `LATE 30` the number is minutes; which of several doses is not said so."""
    if answer != "later":
        return DoseReply(answer, numbers, None, at, who, is_plain)
    if len(numbers) > 1 or not set(numbers) <= set(LATER_MINUTES):
        return None
    return DoseReply(answer, (), numbers[0] if numbers else USUAL_LATER, at, who, is_plain)


def _first(words: list[str]) -> str | None:
    return _ANSWER_OF.get(words[0]) if words else None


def _are_numbers(words: list[str]) -> bool:
    return len(words) <= MOST_NUMBERS and all(len(word) <= 3 and int(word) for word in words)


def _without_name(said: str, names: Collection[str]) -> tuple[str, str | None]:
    """The text without the name it holds after its first word, the longest that fits; words of ours are no names."""
    for name in sorted((name.casefold() for name in names), key=len, reverse=True):
        if not name or name in _ANSWER_OF or name in _FILLER:
            continue
        found = re.search(rf"(?<=\W){re.escape(name.rstrip('.'))}(?!\w)\.?", said)
        if found:
            return f"{said[: found.start()]} {said[found.end() :]}", name
    return said, None
