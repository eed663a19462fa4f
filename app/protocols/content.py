"""What a protocol says, as data: rules with their figures, advice, what to ask, and the vectors that prove them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from typing import Protocol as Interface
from zoneinfo import ZoneInfo


class Severity(StrEnum):
    """How soon a person must look, mildest first."""

    NOTE = "note"
    AMBER = "amber"
    RED = "red"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Its place among them: the higher the worse."""
        return _RANKS[self]


_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Direction(StrEnum):
    """Which way a value went."""

    HIGH = "high"
    LOW = "low"
    NONE = "none"


class Family(StrEnum):
    """What kind of question a rule answers; with measure and direction it is the key of an alert."""

    LEVEL = "level"
    CHANGE = "change"
    MISSING = "missing"
    ANSWERS = "answers"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Advice:
    """What the patient is told: what the value means and what to do."""

    means: str
    do: str


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure comes from: keys of the protocol's sources, or the judgement that set it."""

    sources: tuple[str, ...] = ()
    judgement: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """The context in which something holds. What was not told does not hold, except rest: see `at_rest`."""

    on_oxygen: bool | None = None
    at_rest: bool = False  # holds unless the reading says it was taken after exertion
    meals: frozenset[str] = frozenset()
    symptoms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Threshold:
    """One limit of one number. A limit set for a team or a patient goes by its `name`, in every protocol alike."""

    name: str
    figure: float | None  # None: only where a limit was set for this patient or team
    inclusive: bool = False
    component: str | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Confirm by repeat: a second reading `after` to `within` of the first confirms it or does not."""

    after: timedelta
    within: timedelta
    confirmed: Severity | None  # raised to this when it is confirmed
    unconfirmed: Severity
    basis: Basis


@dataclass(frozen=True, slots=True)
class Band:
    """Beyond any of these limits, in this context, a value is this severe. Bands stand from mild to severe."""

    severity: Severity
    thresholds: tuple[Threshold, ...]
    advice: Advice
    basis: Basis
    when: Condition | None = None
    unless_set: str | None = None  # does not hold where this limit was set
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class LimitRule:
    """Limit bands of one measure in one direction."""

    name: str
    measure: str
    direction: Direction
    bands: tuple[Band, ...]
    hazards: tuple[str, ...]
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """The newest value against the lowest (or highest) of its own local day and the `days` local days before.

    A single value that differs from both its neighbours by more than `jump` in 24 hours is held back; `history` is how
    many days more are looked at to see that.
    """

    name: str
    measure: str
    direction: Direction
    threshold: Threshold
    days: int
    jump: float
    history: int
    severity: Severity
    advice: Advice
    cannot_tell: Advice | None  # None: it leaves the saying to another rule
    held: Advice | None
    basis: Basis
    hazards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountRule:
    """So many values beyond a limit within a time; `unbroken` when none on the safe side may lie between."""

    name: str
    measure: str
    direction: Direction
    threshold: Threshold
    at_least: int
    within: timedelta
    spanning: timedelta
    unbroken: bool
    severity: Severity
    advice: Advice
    basis: Basis
    hazards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SymptomRule:
    """Symptoms told with a reading that count whatever its number."""

    name: str
    measures: tuple[str, ...]
    direction: Direction
    family: Family
    symptoms: frozenset[str]
    severity: Severity
    advice: Advice
    basis: Basis
    hazards: tuple[str, ...]


Rule = LimitRule | ChangeRule | CountRule | SymptomRule


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask the patient for, when, and how to measure it."""

    measure: str
    when: str
    how: str


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """Whom a protocol is for; checked when a plan starts and at birthdays."""

    age_from: int
    age_to: int | None
    not_pregnant: bool
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VectorReading:
    """One reading of a test vector, in canonical units."""

    measure: str
    at: datetime
    value: float | None = None
    value_2: float | None = None
    comparator: str | None = None
    code: str | None = None
    on_oxygen: bool | None = None
    at_rest: bool | None = None
    meal: str | None = None
    symptoms: tuple[str, ...] = ()
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Concluded:
    """What a vector expects, and what judging it gave."""

    rule: str
    severity: Severity
    awaiting: bool = False
    confirmed: bool | None = None
    late: bool = False
    prompt: bool = False


@dataclass(frozen=True, slots=True)
class Vector:
    """Readings, limits of the patient's own, and the findings that the judged reading must give."""

    name: str
    readings: tuple[VectorReading, ...]
    judged: int
    limits: Mapping[str, float]
    received_at: datetime
    zone: ZoneInfo
    expect: frozenset[Concluded]


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of one clinical content file."""

    id: str
    version: str
    title: str
    author: str
    approved_by: str | None
    status: str
    applies_to: AppliesTo
    review_on: date
    sources: Mapping[str, str]
    hazards: Mapping[str, str]
    ask: tuple[Ask, ...]
    rules: tuple[Rule, ...]
    margins: Mapping[str, float]
    vectors: tuple[Vector, ...]
    by_measure: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)


class Unjudgeable(Exception):
    """A vector or a rule names something that nobody can judge, such as a measure that does not exist."""


class Judge(Interface):
    """Whoever runs a vector: assembly hands in the rules' own, so that vectors meet what patients meet."""

    def __call__(self, protocol: Protocol, vector: Vector) -> Sequence[Concluded]:
        """The findings of the vector's judged reading."""
        ...
