"""What becomes of an entry: the columns to store, or the plain reasons why it cannot be. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.readings import catalogue, context, numbers

SOURCES: Final = frozenset({"typed", "sms", "device", "sync", "fhir", "import"})
MAY_BE_AHEAD: Final = timedelta(minutes=10)
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading as it was sent, its shape checked and nothing else."""

    id: UUID
    measure: str
    measured_at: datetime
    value: object = None
    unit: str | None = None
    components: Mapping[str, Mapping[str, object]] | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    source: str = "typed"
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last value of the same measure before this one."""

    value: float
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of this person that makes a value unusual for them."""

    previous: Earlier | None = None
    best: float | None = None
    floor: float | None = None


NOTHING_KNOWN: Final = Known()


@dataclass(frozen=True, slots=True)
class Accepted:
    """Exactly the columns to store. `measured_at` is the time to use, `given_at` the time as given.

    Marks: `confirm` (unusual: ask again), `ahead` (up to ten minutes in the future), `clock` (corrected by `sent_at`).
    """

    id: UUID
    measure: str
    measured_at: datetime
    given_at: datetime
    value: float | None
    value_2: float | None
    comparator: str | None
    code: str | None
    entered: Mapping[str, Any]
    on_oxygen: bool | None
    oxygen_flow: float | None
    at_rest: bool | None
    meal: str | None
    symptoms: tuple[str, ...]
    source: str
    device: str | None
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an entry cannot be stored as a reading: (JSON pointer, plain sentence) for each thing that is wrong."""

    id: UUID
    measure: str
    reasons: tuple[tuple[str, str], ...]


def examine(
    entry: Entry, *, now: datetime, sent_at: datetime | None = None, known: Known = NOTHING_KNOWN
) -> Accepted | Refused:
    """Judge one entry against the catalogue and the clock."""
    reasons: list[tuple[str, str]] = []
    if entry.source not in SOURCES:
        reasons.append(("/source", f"A reading comes from one of: {', '.join(sorted(SOURCES))}."))
    measured_at, time_marks = _time(entry.measured_at, now, sent_at, reasons)
    told = context.read(entry.context, reasons)
    measure = catalogue.find(entry.measure)
    if measure is None:
        reasons.append(("/measure", "We do not know a measure of this name."))
        return Refused(entry.id, entry.measure, tuple(reasons))
    found = numbers.read(measure, entry.value, entry.unit, entry.components, reasons)
    if reasons or found is None:
        return Refused(entry.id, entry.measure, tuple(reasons))
    unusual = frozenset({"confirm"}) if _unusual(measure, found, measured_at, known) else frozenset()
    return Accepted(
        id=entry.id,
        measure=entry.measure,
        measured_at=measured_at,
        given_at=entry.measured_at,
        value=found.value,
        value_2=found.value_2,
        comparator=found.comparator,
        code=found.code,
        entered=_entered(entry, told.rest),
        on_oxygen=told.on_oxygen,
        oxygen_flow=told.oxygen_flow,
        at_rest=told.at_rest,
        meal=told.meal,
        symptoms=told.symptoms,
        source=entry.source,
        device=entry.device,
        marks=unusual | time_marks,
    )


def _entered(entry: Entry, rest: Mapping[str, object]) -> dict[str, Any]:
    """What was typed, with its unit, and the context no rule reads."""
    entered: dict[str, Any] = {}
    if entry.components is not None:
        entered["components"] = {part: dict(typed) for part, typed in entry.components.items()}
    else:
        entered |= {"value": entry.value, "unit": entry.unit}
    if rest:
        entered["context"] = dict(rest)
    return entered


def _time(
    given: datetime, now: datetime, sent_at: datetime | None, reasons: list[tuple[str, str]]
) -> tuple[datetime, frozenset[str]]:
    """The time to use and its marks. A phone whose clock runs ahead is known by the time it says it sent this."""
    nothing: frozenset[str] = frozenset()
    if given.tzinfo is None or given.utcoffset() is None:
        reasons.append(("/measured_at", "The time needs its offset from UTC, such as +01:00 or Z."))
        return given, nothing
    if given < EARLIEST:
        reasons.append(("/measured_at", "The time lies before 1900. Check the year."))
        return given, nothing
    if given <= now:
        return given, nothing
    if given - now <= MAY_BE_AHEAD:
        return given, frozenset({"ahead"})
    if sent_at is not None and sent_at.tzinfo is not None and given - sent_at <= MAY_BE_AHEAD:
        age = max(sent_at - given, timedelta(0))
        if age < now - EARLIEST:
            return now - age, frozenset({"clock"})
    reasons.append(("/measured_at", "The time lies in the future. Check the clock of the phone or device."))
    return given, nothing


def _unusual(measure: catalogue.Measure, found: numbers.Found, measured_at: datetime, known: Known) -> bool:
    """Whether to ask for a repeat or an explicit yes: clinical.md section 1, column "confirm"."""
    if found.comparator is not None:
        return True
    if found.code is not None:
        return found.code in measure.confirm_answers
    pair = [value for value in (found.value, found.value_2) if value is not None]
    if measure.name == "oxygen_saturation" and known.floor is not None:
        return pair[0] < known.floor
    if any(scale.confirm.hold(value) for scale, value in zip(measure.scales, pair, strict=True)):
        return True
    if len(pair) == 2:
        return measure.confirm_difference.hold(pair[0] - pair[1])
    return _unusual_for_them(measure, pair[0], measured_at, known)


def _unusual_for_them(measure: catalogue.Measure, value: float, measured_at: datetime, known: Known) -> bool:
    above, below = measure.confirm_best
    if known.best is not None and above is not None and value > above * known.best:
        return True
    if known.best is not None and below is not None and value < below * known.best:
        return True
    if known.previous is None:
        return False
    change = value - known.previous.value
    if measure.confirm_rise is not None and change >= measure.confirm_rise:
        return True
    if measure.confirm_change is None:
        return False
    most, within = measure.confirm_change
    return abs(measured_at - known.previous.measured_at) <= within and round(abs(change), 6) > most
