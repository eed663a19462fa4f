"""The check-in of a carer: its questions, what an answer may be, and what counts as strain. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).parent / "content" / "carer_check_in.toml"
_RAW: Final[Mapping[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
QUESTIONS: Final[Mapping[str, str]] = {one["id"]: one["text"] for one in _RAW["question"]}
WORDS: Final[Mapping[str, int]] = _RAW["answers"]
SUPPORT: Final[Sequence[Mapping[str, Any]]] = _RAW["support"]
CHECKED_FOR: Final = timedelta(days=365)
CONSENT_VERSION: Final[str] = _RAW["consent"]["version"]
CONSENT: Final[str] = _RAW["consent"]["words"]
ASK_EACH: Final = timedelta(days=_RAW["ask_each_days"])
ANSWERED_WITHIN: Final = timedelta(days=_RAW["answered_within_days"])
HIGHEST: Final = 10
_BETWEEN: Final = re.compile(r"[\s,;/.]+")


@dataclass(frozen=True, slots=True)
class Support:
    """Somewhere a carer finds support; phone None: there is none, or nobody has looked for a year that it is right."""

    title: str
    text: str
    phone: str | None


def support(today: date) -> list[Support]:
    """Where there is support, as far as it was checked."""
    return [Support(one["title"], one["text"], _phone(one, today)) for one in SUPPORT]


def _phone(one: Mapping[str, Any], today: date) -> str | None:
    checked_on = one.get("checked_on")
    is_checked = isinstance(checked_on, date) and today <= checked_on + CHECKED_FOR
    return one.get("phone") if is_checked else None


def is_strain(answers: Sequence[int]) -> bool:
    """Whether somebody should speak with them, where they let that be known."""
    return bool(sum(answers) >= _RAW["strain_in_all"] or max(answers) >= _RAW["strain_in_one"])


def typed(body: str) -> list[int] | None:
    """The answers of a text, one a question: `4 6 2`, or `a little, a lot, quite`; None where it is not certain."""
    said = body.casefold().strip(" .!")
    for words in sorted(WORDS, key=len, reverse=True):
        said = said.replace(words, str(WORDS[words]))
    parts = [part for part in _BETWEEN.split(said) if part]
    if len(parts) != len(QUESTIONS) or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return numbers if all(number <= HIGHEST for number in numbers) else None
