"""The words people agree to, versioned: what was agreed stays readable when the words of today are others. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LANGUAGE_OF_LAST_RESORT: Final = "en"
# What a patient agrees to for themselves, by their own reply; all else is agreed to for a member of their circle.
TEXTS: Final = "texts.asked"


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody is shown before they agree: what will be possible, and what will not."""

    id: str  # "readings.see", "acting.consent"
    version: int
    language: str
    will: str
    will_not: str

    def text(self, member: str, patient: str) -> list[str]:
        """The two paragraphs with the names in them."""
        return [one.format(member=member, patient=patient) for one in (self.will, self.will_not)]

    @property
    def whole(self) -> str:
        """Both as one line, where they name nobody."""
        return f"{self.will} {self.will_not}"


@dataclass(frozen=True, slots=True)
class Agreed:
    """Which words somebody agreed to."""

    id: str
    version: int
    language: str


def current(wording_id: str, language: str = LANGUAGE_OF_LAST_RESORT) -> Wording:
    """The words of today in the reader's language, in English where they are not translated yet."""
    found = _CURRENT.get((wording_id, language.partition("-")[0].lower()))
    return found or _CURRENT[wording_id, LANGUAGE_OF_LAST_RESORT]


def agreed(words: Agreed) -> Wording | None:
    """The words as they were agreed to; None for a consent from before they were kept (version 0)."""
    return _EVERY.get((words.id, words.version, words.language))


def all_current(language: str) -> list[Wording]:
    """Every wording of today for a member of a circle, as this reader reads it."""
    ids = dict.fromkeys(one.id for one in _EVERY.values() if one.id != TEXTS)
    return [current(wording_id, language) for wording_id in ids]


def every() -> list[Wording]:
    """Every wording there ever was."""
    return list(_EVERY.values())


def _read() -> dict[tuple[str, int, str], Wording]:
    read: dict[tuple[str, int, str], Wording] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["wording"]:
            one = Wording(language=path.stem, **entry)
            if (one.id, one.version, one.language) in read:
                raise ValueError(f"{path.name}: {one.id} {one.version} stands there twice")
            read[one.id, one.version, one.language] = one
    return read


_EVERY: Final = _read()
_CURRENT: Final = {(one.id, one.language): one for one in sorted(_EVERY.values(), key=lambda one: one.version)}
