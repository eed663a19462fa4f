"""The words of texts in each language, from texts_*.toml: what is not as the English is now is not used."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.notifications import segments

ENGLISH: Final = "en"
GSM_7, UCS_2 = "GSM-7", "UCS-2"
# A translation has everything that the English says, but may greet nobody, and name no page where there is no room.
MAY_BE_LEFT_OUT: Final = frozenset({"reader", "link"})
BRAND: Final = "Kith: "
EMERGENCY_NUMBERS: Final = ("999", "111")
_TABLES: Final = ("instead_of", "things", "measures")
_MONTHS: Final = tuple("January February March April May June July August September October November December".split())
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TOLD: Final = ("post", "message", "visit", "request for help", "other thing")
_COUNTED: Final = re.compile(r"(\d+) (?:(requests?) for help|(other things?)|([a-z]+))", re.ASCII)


class BadTexts(Exception):
    """A file of texts cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Forms:
    """How a language writes what arrives in English: a day, a weekday, several things, one of several."""

    months: Sequence[str]
    weekdays: Sequence[str]
    told: Mapping[str, str]
    either: str
    more: str


@dataclass(frozen=True, slots=True)
class Words:
    """All that is said in one language."""

    language: str
    templates: Mapping[str, str]
    instead_of: Mapping[str, str]
    things: Mapping[str, str]
    measures: Mapping[str, str]
    emails: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    english_only: frozenset[str] = frozenset()  # of the English file: what goes to staff, or to nobody we know
    forms: Forms | None = None  # None: English, as values arrive
    in_own_letters: bool = False  # its letters are not in GSM-7, so there is room for 134 of them
    is_approved: bool = True
    lagging: frozenset[str] = frozenset()  # what is not as the English is now, and so is sent in English


def loaded(files: Mapping[str, str]) -> dict[str, Words]:
    """The words of every language, from the text of its file; raises BadTexts."""
    raw = tomllib.loads(files[ENGLISH])
    english = Words(
        ENGLISH,
        raw["templates"],
        instead_of=raw["instead_of"],
        things=raw["things"],
        measures=raw["measures"],
        emails=raw["emails"],
        english_only=frozenset(raw["english_only"]),
    )
    others = {code: _translated(code, text, english) for code, text in files.items() if code != ENGLISH}
    return {ENGLISH: english, **others}


def said_in(words: Words, name: str, value: str, longest: int) -> str:
    """A variable as the language writes it, and a summary no longer than this."""
    if words.forms is None or name not in _WRITTEN:
        return value
    return _WRITTEN[name](value, words, words.forms, longest)


@lru_cache(maxsize=1024)  # of templates, which are few
def variables_of(text: str) -> frozenset[str]:
    """The names in a template."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _translated(code: str, text: str, english: Words) -> Words:
    raw = tomllib.loads(text)
    if raw["alphabet"] not in (GSM_7, UCS_2):
        raise BadTexts(f"{code}: {raw['alphabet']} is no alphabet of texts")
    if raw["alphabet"] == GSM_7:
        raw = tomllib.loads(segments.fold(text))  # written with all its marks, sent without those that GSM-7 has not
    for table in _TABLES:
        if not raw[table].keys() <= getattr(english, table).keys():
            raise BadTexts(f"{code}: {table} has what English has not")
    whole = {name: _whole(name, one, raw, english) for name, one in raw["templates"].items()}
    return Words(
        code,
        {name: one for name, one in whole.items() if one is not None},
        instead_of={**english.instead_of, **raw["instead_of"]},
        things={**english.things, **raw["things"]},
        measures={**english.measures, **raw["measures"]},
        forms=_forms(code, raw["forms"]),
        in_own_letters=raw["alphabet"] == UCS_2,
        is_approved=_is_approved(code, raw),
        lagging=frozenset(name for name, one in whole.items() if one is None),
    )


def _whole(name: str, text: str, raw: Mapping[str, Any], english: Words) -> str | None:
    """A template with how each begins, and with how each ends unless it names the emergency numbers itself.

    None where it is not what the English is now: a text that lags behind is sent in English.
    """
    original = english.templates.get(name)
    if original is None or name in english.english_only:
        return None
    missing, odd = variables_of(original) - variables_of(text), variables_of(text) - variables_of(original)
    begins = raw["begins"] if original.startswith(BRAND) and not text.startswith(BRAND) else ""
    ends = "" if all(number in text for number in EMERGENCY_NUMBERS) else f" {raw['ends']}"
    names_both = all(number in text + ends for number in EMERGENCY_NUMBERS)
    return f"{begins}{text}{ends}" if names_both and not odd and missing <= MAY_BE_LEFT_OUT else None


def _forms(code: str, raw: Mapping[str, Any]) -> Forms:
    if len(raw["months"]) != len(_MONTHS) or len(raw["weekdays"]) != len(_WEEKDAYS) or set(raw["told"]) != set(_TOLD):
        raise BadTexts(f"{code}: forms are not twelve months, seven weekdays and the things that are told")
    return Forms(raw["months"], raw["weekdays"], raw["told"], raw["either"], raw["more"])


def _is_approved(code: str, raw: Mapping[str, Any]) -> bool:
    """Whether somebody has signed these words: what was changed after that has not been approved."""
    translated_on, approved_on = raw["translated_on"], raw.get("approved_on")
    if not isinstance(translated_on, date) or not raw["source"]:
        raise BadTexts(f"{code}: it says not where it comes from and when it was translated")
    return bool(raw["approved_by"]) and isinstance(approved_on, date) and approved_on >= translated_on


def _day(value: str, _: Words, forms: Forms, __: int) -> str:
    day, month = value.split(" ")
    return f"{day} {forms.months[_MONTHS.index(month)]}"


def _by(value: str, _: Words, forms: Forms, __: int) -> str:
    weekday, _space, at = value.rpartition(" ")
    return f"{forms.weekdays[_WEEKDAYS.index(weekday)]} {at}" if weekday else at


def _doses(value: str, *_: object) -> str:
    """The number alone: how a language counts things is in the words around it."""
    return value.partition(" ")[0]


def _choices(value: str, _: Words, forms: Forms, __: int) -> str:
    return value.replace(" or ", f" {forms.either} ")


def _summary(value: str, words: Words, forms: Forms, longest: int) -> str:
    """`Mary O.: wpisy 3, wizyty 1`, patient by patient, as far as there is room."""
    parts = [_of_one(part, words, forms) for part in value.split("; ") if part != "and more"]
    kept = [part for number, part in enumerate(parts) if len("; ".join(parts[: number + 1])) <= longest]
    is_whole = len(kept) == len(parts) and not value.endswith("; and more")
    return "; ".join(kept if is_whole else [*kept, forms.more])


def _of_one(part: str, words: Words, forms: Forms) -> str:
    name, _, things = part.partition(": ")
    who = words.instead_of["patient"] if name == "a patient" else name
    return f"{who}: {_COUNTED.sub(lambda one: _counted(one, forms), things)}"


def _counted(one: re.Match[str], forms: Forms) -> str:
    what = "request for help" if one[2] else "other thing" if one[3] else one[4].removesuffix("s")
    return f"{forms.told[what]} {one[1]}"


_WRITTEN: Final[Mapping[str, Callable[[str, Words, Forms, int], str]]] = {
    "day": _day,
    "by": _by,
    "doses": _doses,
    "choices": _choices,
    "summary": _summary,
}

ALL: Final = loaded(
    {path.stem.removeprefix("texts_"): path.read_text("utf-8") for path in Path(__file__).parent.glob("texts_*.toml")}
)
