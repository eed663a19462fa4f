"""The words of each language, from content/*.toml: no word stands for two things, and none is the provider's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.notifications import keywords
from app.readings import catalogue, units
from app.texting.grammar import spelling

ENGLISH: Final = "en"
CARRIERS: Final = frozenset[str]().union(*keywords.WORDS.values())
Phrase = tuple[str, ...]

# What each table of a file may name; the words of a list stand for the list.
_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "measures": frozenset(catalogue.MEASURES),
    "levels": frozenset({"LO", "HI", "vague"}),
    "parts": frozenset({"systolic", "diastolic"}),
    "meals": frozenset(catalogue.MEALS),
    "oxygen": frozenset({"yes", "no"}),
    "times": frozenset({"am", "pm"}),
    "days": frozenset(
        "today yesterday tomorrow morning evening monday tuesday wednesday thursday friday saturday sunday".split()
    ),
    "commands": frozenset("go done pass here status quiet quiet_off language join leave ok rate skip".split()),
    "doses": frozenset("yes no taken missed late two".split()),
}
_LISTS: Final = frozenset("fillers polite mine relatives posts over out_of until".split())
# A language may use such an English word for another thing: nothing but politeness is lost.
_YIELDING: Final = frozenset({"fillers", "polite"})


class BadWords(Exception):
    """A file of words cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for: a section of the file, and what it names there."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """All that is understood of somebody whose language this is: its own words and the English ones."""

    phrases: Mapping[Phrase, Meaning]
    digits: Mapping[int, str]
    not_slips: frozenset[str]  # words that look like a slip of one of ours and are none
    languages: frozenset[str]  # what it calls itself
    vocabulary: frozenset[str]  # every word, alone or in a phrase
    meant: frozenset[str]  # those that a slip can be corrected to
    longest: int


def loaded(files: Mapping[str, str]) -> dict[str, Words]:
    """The words of every language, from the text of its file; raises BadWords."""
    raw = {language: tomllib.loads(text) for language, text in files.items()}
    own = {language: _phrases(language, one) for language, one in raw.items()}
    return {language: _words(language, raw, own) for language in raw}


def _words(language: str, raw: Mapping[str, Any], own: Mapping[str, Mapping[Phrase, Meaning]]) -> Words:
    phrases = dict(own[ENGLISH])
    for phrase, meaning in own[language].items():
        english = phrases.get(phrase, meaning)
        if english != meaning and english.kind not in _YIELDING:
            raise BadWords(f"{language}: {' '.join(phrase)!r} is English for {english.kind} {english.name}")
        phrases[phrase] = meaning
    said = {word for phrase in phrases for word in phrase}
    bare = {word for phrase, one in phrases.items() if one.kind in _YIELDING for word in phrase}
    used = {word for phrase, one in phrases.items() if one.kind not in _YIELDING for word in phrase}
    one = raw[language]
    real = {*raw[ENGLISH].get("not_slips", ()), *one.get("not_slips", ()), *CARRIERS}
    return Words(
        phrases=phrases,
        digits={ord(digit): str(n) for ten in one.get("digits", ()) for n, digit in enumerate(ten)},
        not_slips=frozenset(spelling.folded(word, {}) for word in real),
        languages=frozenset(spelling.folded(word, {}) for word in one["languages"]),
        vocabulary=frozenset(said),
        meant=frozenset(used - bare),
        longest=max(map(len, phrases)),
    )


def _phrases(language: str, raw: Mapping[str, Any]) -> dict[Phrase, Meaning]:
    found: dict[Phrase, Meaning] = {}
    for meaning, written in _entries(language, raw):
        phrase = tuple(spelling.folded(written, {}).split())
        if not phrase or " ".join(phrase) in CARRIERS:
            raise BadWords(f"{language}: {written!r} is the provider's word or none")
        if found.setdefault(phrase, meaning) != meaning:
            raise BadWords(f"{language}: {written!r} stands for {found[phrase]} and {meaning}")
    return found


def _entries(language: str, raw: Mapping[str, Any]) -> Iterator[tuple[Meaning, str]]:
    for kind, section in raw.items():
        if kind in ("digits", "not_slips", "languages"):
            continue
        if kind not in _LISTS and not isinstance(section, dict):
            raise BadWords(f"{language}: there is no list {kind}")
        named = {"": section} if kind in _LISTS else section
        for name, written in named.items():
            if name and not _is_known(kind, name):
                raise BadWords(f"{language}: {kind} has no {name}")
            yield from ((Meaning(kind, name), one) for one in written)


def _is_known(kind: str, name: str) -> bool:
    return units.known(name) is not None if kind == "units" else name in _NAMES.get(kind, ())


def of(language: str) -> Words:
    """The words of a language; English ones alone where it has no file."""
    return ALL.get(language.partition("-")[0].casefold(), ALL[ENGLISH])


ALL: Final = loaded(
    {path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent.parent / "content").glob("*.toml"))}
)
