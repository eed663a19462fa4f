"""A pattern as plain JSON, for the database and the API: one version, nothing unknown, nothing guessed.

    {"version": 1, "kind": "phases", "phases": [{"slots": [{"number": 0, "at": "08:00", "amount": "2"}],
     "days": {"weekdays": [1, 4]}, "length": 7}, {"slots": [{"anchor": "bedtime", "offset_minutes": -30}]}]}
    {"version": 1, "kind": "elapsed", "every_minutes": 360, "first_at": "2026-11-18T10:00:00+00:00"}
    {"version": 1, "kind": "as_needed", "minimum_gap_minutes": 240, "most_in_24_hours": "8", "amount": "1"}
    {"version": 1, "kind": "as_directed", "why": "the dose follows your blood test"}

What is not there has its usual value. Amounts are text, because they are exact. A slot without a number is a new one.
Only the shape is judged here; what cannot be a schedule is schedule_faults.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot

VERSION: Final = 1
MINUTE: Final = timedelta(minutes=1)
LARGEST: Final = 10**9
LONGEST_TEXT: Final = 300

_AMOUNT: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

T = TypeVar("T")
D = TypeVar("D")


class NotAPattern(ValueError):
    """The JSON has another shape; where, and what was expected."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer or '/'}: {detail}")
        self.pointer, self.detail = pointer, detail


def to_json(pattern: Pattern) -> dict[str, Any]:
    """The plain form of a pattern without faults (times of whole minutes)."""
    match pattern:
        case Phases(phases):
            return _out("phases", phases=[_phase_out(phase) for phase in phases])
        case Elapsed(every, first_at, amount):
            first = first_at.astimezone(UTC).isoformat()
            return _out("elapsed", every_minutes=every // MINUTE, first_at=first, amount=_amount_out(amount))
        case AsNeeded(gap, most, amount):
            return _out(
                "as_needed",
                minimum_gap_minutes=None if gap is None else gap // MINUTE,
                most_in_24_hours=_amount_out(most),
                amount=_amount_out(amount),
            )
        case AsDirected(why):
            return _out("as_directed", why=why)


def from_json(value: object) -> Pattern:
    """The pattern that this JSON says. Raises NotAPattern."""
    kinds: Mapping[object, Callable[[object], Pattern]] = {
        "phases": _phases,
        "elapsed": _elapsed,
        "as_needed": _as_needed,
        "as_directed": _as_directed,
    }
    if not isinstance(value, dict):
        raise NotAPattern("", "Not an object.")
    if type(value.get("version")) is not int or value["version"] != VERSION:
        raise NotAPattern("/version", f"Only version {VERSION} is known.")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise NotAPattern("/kind", f"One of {', '.join(str(one) for one in kinds)}.")
    return kinds[kind]({key: one for key, one in value.items() if key not in ("version", "kind")})


def _out(kind: str, **values: Any) -> dict[str, Any]:
    return {"version": VERSION, "kind": kind} | _said(values)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _phase_out(phase: Phase) -> dict[str, Any]:
    plain, days = Days(), phase.days
    named = {
        "every": days.every,
        "weekdays": sorted(days.weekdays),
        "every_weeks": days.every_weeks,
        "on": days.on,
        "off": days.off,
    }
    usual = {"every": plain.every, "weekdays": [], "every_weeks": plain.every_weeks, "on": plain.on, "off": plain.off}
    unusual = {key: value for key, value in named.items() if value != usual[key]}
    return _said({"slots": [_slot_out(slot) for slot in phase.slots], "days": unusual or None, "length": phase.length})


def _slot_out(slot: Slot) -> dict[str, Any]:
    return {"number": slot.number} | _said(
        {
            "at": slot.at and slot.at.isoformat("minutes"),
            "anchor": slot.anchor and slot.anchor.value,
            "offset_minutes": slot.offset // MINUTE or None,
            "amount": _amount_out(slot.amount),
        }
    )


def _amount_out(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


@dataclass(frozen=True, slots=True)
class _Read:
    """An object of the JSON with the pointer to it, for messages."""

    pointer: str
    values: dict[str, object]

    @classmethod
    def of(cls, value: object, pointer: str, known: str) -> _Read:
        if not isinstance(value, dict):
            raise NotAPattern(pointer, "Not an object.")
        for key in value:
            if key not in known.split():
                raise NotAPattern(f"{pointer}/{key}", "Not a known field.")
        return cls(pointer, value)

    def needed(self, key: str, read: Callable[[object, str], T]) -> T:
        if key not in self.values:
            raise NotAPattern(f"{self.pointer}/{key}", "Missing.")
        return read(self.values[key], f"{self.pointer}/{key}")

    def given(self, key: str, read: Callable[[object, str], T], usual: D) -> T | D:
        return usual if self.values.get(key) is None else read(self.values[key], f"{self.pointer}/{key}")


def _phases(value: object) -> Phases:
    return Phases(_Read.of(value, "", "phases").needed("phases", _all(_phase)))


def _elapsed(value: object) -> Elapsed:
    read = _Read.of(value, "", "every_minutes first_at amount")
    every, first_at = read.needed("every_minutes", _minutes), read.needed("first_at", _instant)
    return Elapsed(every, first_at, read.given("amount", _amount, None))


def _as_needed(value: object) -> AsNeeded:
    read = _Read.of(value, "", "minimum_gap_minutes most_in_24_hours amount")
    gap, most = read.given("minimum_gap_minutes", _minutes, None), read.given("most_in_24_hours", _amount, None)
    return AsNeeded(gap, most, read.given("amount", _amount, None))


def _as_directed(value: object) -> AsDirected:
    return AsDirected(_Read.of(value, "", "why").needed("why", _text))


def _phase(value: object, pointer: str) -> Phase:
    read = _Read.of(value, pointer, "slots days length")
    return Phase(
        read.needed("slots", _all(_slot)), read.given("days", _days, Days()), read.given("length", _whole, None)
    )


def _slot(value: object, pointer: str) -> Slot:
    read = _Read.of(value, pointer, "number at anchor offset_minutes amount")
    return Slot(
        number=read.given("number", _whole, 0),
        at=read.given("at", _clock_time, None),
        anchor=read.given("anchor", _anchor, None),
        offset=read.given("offset_minutes", _minutes, timedelta()),
        amount=read.given("amount", _amount, None),
    )


def _days(value: object, pointer: str) -> Days:
    read = _Read.of(value, pointer, "every weekdays every_weeks on off")
    return Days(
        every=read.given("every", _whole, 1),
        weekdays=frozenset(read.given("weekdays", _all(_whole), ())),
        every_weeks=read.given("every_weeks", _whole, 1),
        on=read.given("on", _whole, None),
        off=read.given("off", _whole, 0),
    )


def _all(read: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    def read_all(value: object, pointer: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise NotAPattern(pointer, "Not a list.")
        return tuple(read(one, f"{pointer}/{place}") for place, one in enumerate(value))

    return read_all


def _whole(value: object, pointer: str) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise NotAPattern(pointer, "Not a whole number.")
    return value


def _minutes(value: object, pointer: str) -> timedelta:
    return _whole(value, pointer) * MINUTE


def _amount(value: object, pointer: str) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise NotAPattern(pointer, 'Not an amount such as "2" or "0.5".')
    return Decimal(value)


def _clock_time(value: object, pointer: str) -> time:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise NotAPattern(pointer, "Not a time such as 08:00.")
    return time.fromisoformat(value)


def _anchor(value: object, pointer: str) -> Anchor:
    if not isinstance(value, str) or value not in list(Anchor):
        raise NotAPattern(pointer, f"One of {', '.join(Anchor)}.")
    return Anchor(value)


def _instant(value: object, pointer: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 2200:
        raise NotAPattern(pointer, "Not a date and time with its offset, such as 2026-11-18T10:00:00+00:00.")
    return moment.astimezone(UTC)


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= LONGEST_TEXT:
        raise NotAPattern(pointer, f"Not a text of one line and up to {LONGEST_TEXT} characters.")
    return value
