"""The forms in which people write a measurement, and all the ways in which a row of tokens is made of them; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.texting.grammar.tokens import Token

BLOOD_PRESSURE: Final = "blood_pressure"
# Units that only one measure of a text at home has.
_TELLS: Final = {
    "kg": "weight", "lb": "weight", "st": "weight", "bpm": "pulse", "cel": "temperature", "f": "temperature",
}  # fmt: skip
_LETTERS: Final = {
    "measures": "M", "number": "N", "units": "U", "slash": "/", "over": "/", "hyphen": "-", "levels": "L", "parts": "P",
    "out_of": "E",
}  # fmt: skip
_ONE: Final = ("MN", "MNU", "MUN", "NM", "NUM", "NU")
_PAIR: Final = ("N/N", "N/NU", "MN/N", "MN/NU", "MUN/N", "N/NM", "N/NUM", "MN-N", "MN-NU", "MNN", "MNNU")
_PARTS: Final = ("PNPN", "MPNPN", "PNPNU", "MPNPNU")
_STONES: Final = ("NUN", "NUNU", "MNUN", "MNUNU", "NUNM", "NUNUM")
_OUT_OF_TEN: Final = ("MN/N", "MNEN", "MN/NM")
_SHORT: Final = ("N", "NU")  # of what was asked
_SHORT_PAIR: Final = ("NN", "NNU", "N-N", "N-NU")
_LONGEST: Final = 6
MOST_TOKENS: Final = 24
SCORES: Final = frozenset({"pain", "mood", "breathlessness"})


@dataclass(frozen=True, slots=True)
class Written:
    """One measurement as written. Two numbers are a blood pressure, or stones and pounds; no measure: the one asked."""

    measure: str | None
    numbers: tuple[str, ...]
    unit: str | None = None
    level: str | None = None  # LO, HI or vague, in place of a number
    is_stones: bool = False


Way = tuple[Written, ...]


def ways(row: Sequence[Token], asked: Collection[str] = ()) -> list[Way]:
    """Every way to read the whole row as measurements, at most one of them short.

    One that names all its measures comes before one that does not, and one that has each once before any other: of
    12 st 4 lb nobody means two weights.
    """
    if len(row) > MOST_TOKENS:
        return []
    found = list(_ways(row, asked))
    named = [way for way in found if all(one.measure for one in way)] or found
    once = [way for way in named if len({one.measure for one in way}) == len(way)]
    return list(dict.fromkeys(once or named))


def holds_any(row: Sequence[Token], asked: Collection[str] = ()) -> list[Written]:
    """The measurements written anywhere in the row."""
    return [written for at in range(min(len(row), MOST_TOKENS)) for _, written in _at(row[at:], asked)]


def _ways(row: Sequence[Token], asked: Collection[str], may_be_short: bool = True) -> Iterator[Way]:
    """One measurement after another; a second short one is not looked for, or many numbers had ways without end."""
    if not row:
        yield ()
        return
    for length, written in _at(row, asked):
        if written.measure or may_be_short:
            for rest in _ways(row[length:], asked, may_be_short and written.measure is not None):
                yield (written, *rest)


def _at(row: Sequence[Token], asked: Collection[str]) -> Iterator[tuple[int, Written]]:
    """The measurements that the row can begin with, and how many tokens each takes."""
    letters = "".join(_LETTERS.get(one.kind, "?") for one in row[:_LONGEST])
    for length in range(1, len(letters) + 1):
        for written in _written(letters[:length], row[:length], asked):
            yield length, written


def _written(form: str, piece: Sequence[Token], asked: Collection[str]) -> Iterator[Written]:
    """What a piece of this form says: nothing, or what its one measure, its numbers and its first unit make."""
    named = [one for one in piece if one.kind == "measures"]
    measure = named[0].name if named else None
    numbers = tuple(one.raw for one in piece if one.kind == "number")
    units = [one.name for one in piece if one.kind == "units"]
    if form[-1] == "M" and len(named[0].raw) == 1:
        return  # p70, never 70p
    if form == "ML":
        yield Written(measure, (), level=piece[1].name)
    if form in _STONES and _are_stones(measure, units):
        yield Written("weight", numbers, "st", is_stones=True)
    if form in _OUT_OF_TEN and measure in SCORES and numbers[1] == "10":
        yield Written(measure, numbers[:1])
    if _is_pressure(form, piece, measure, asked):
        yield Written(BLOOD_PRESSURE, numbers, units[0] if units else None)
    yield from _single(form, measure, numbers, units[0] if units else None, asked)


def _single(
    form: str, measure: str | None, numbers: tuple[str, ...], unit: str | None, asked: Collection[str]
) -> Iterator[Written]:
    measure = measure or _TELLS.get(unit or "")
    if measure == BLOOD_PRESSURE:
        return
    if (form in _ONE and (measure or unit)) or (form in _SHORT and asked and measure is None):
        yield Written(measure, numbers, unit)


def _are_stones(measure: str | None, units: Sequence[str]) -> bool:
    return measure in (None, "weight") and units[0] == "st" and units[1:] in ([], ["lb"])


def _is_pressure(form: str, piece: Sequence[Token], measure: str | None, asked: Collection[str]) -> bool:
    if measure not in (None, BLOOD_PRESSURE):
        return False
    if form in _PARTS:
        return [one.name for one in piece if one.kind == "parts"] == ["systolic", "diastolic"]
    return form in _PAIR or (form in _SHORT_PAIR and BLOOD_PRESSURE in asked)
