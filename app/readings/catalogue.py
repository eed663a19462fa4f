"""The observation catalogue: every measure that can be sent, read once from catalogue.yaml."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import yaml

from app.readings import units

LO, HI = "<", ">"
METER_WORDS: Final = {"LO": LO, "HI": HI}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the impossible or the unusual begins; a bound that is None does not exist."""

    below: float | None = None
    at_or_below: float | None = None
    above: float | None = None
    at_or_above: float | None = None

    def hold(self, value: float) -> bool:
        """Whether the value lies out there."""
        return (
            (self.below is not None and value < self.below)
            or (self.at_or_below is not None and value <= self.at_or_below)
            or (self.above is not None and value > self.above)
            or (self.at_or_above is not None and value >= self.at_or_above)
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """One number of a measure: its unit, its decimals, and what is impossible or unusual."""

    label: str
    unit: str
    decimals: int
    accepts: tuple[str, ...] = ()
    mg_per_dl: float | None = None
    whole: bool = False
    reject: Bounds = Bounds()
    confirm: Bounds = Bounds()
    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    mistaken_for: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def units(self) -> tuple[str, ...]:
        """Every UCUM unit this number may be sent in, the canonical one first."""
        return (self.unit, *self.accepts)

    def canonical(self, value: float, unit: str) -> float:
        """The value in the canonical unit, unrounded."""
        return units.convert(value, unit, self.unit, mg_per_dl=self.mg_per_dl)

    def text(self, value: float) -> str:
        """The number as people read it, rounded half up."""
        places = Decimal(1).scaleb(-self.decimals)
        return str(Decimal(repr(value)).quantize(places, rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Answer:
    """One coded answer of a measure that is no number."""

    code: str
    label: str
    snomed: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be observed. It has a scale, or two components, or coded answers."""

    name: str
    label: str
    shown: str
    fresh_for: timedelta
    loinc: tuple[str, ...]
    snomed: tuple[str, ...]
    scale: Scale | None = None
    components: Mapping[str, Scale] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    meter_words: frozenset[str] = frozenset()
    grade_snomed: Mapping[int, str] = field(default_factory=dict)
    confirm_answers: frozenset[str] = frozenset()
    confirm_difference: Bounds = Bounds()
    confirm_change: tuple[float, timedelta] | None = None
    confirm_best: tuple[float | None, float | None] = (None, None)
    confirm_rise: float | None = None
    floor_limit: str | None = None  # the personal limit that takes the place of the confirm bounds

    @property
    def looks_back(self) -> bool:
        """Whether the value before says if this one is unusual."""
        return self.confirm_change is not None or self.confirm_rise is not None

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The scale of each of its numbers, in the order they are stored: value, value_2."""
        return tuple(self.components.values()) if self.scale is None else (self.scale,)


def _scale(raw: Mapping[str, Any]) -> Scale:
    return Scale(
        label=raw["label"],
        unit=raw["unit"],
        decimals=raw["decimals"],
        accepts=tuple(raw.get("accepts", ())),
        mg_per_dl=raw.get("mg_per_dl"),
        whole=raw.get("whole", False),
        reject=Bounds(**raw.get("reject", {})),
        confirm=Bounds(**raw.get("confirm", {})),
        loinc=tuple(raw.get("loinc", ())),
        snomed=tuple(raw.get("snomed", ())),
        mistaken_for={unit: (span["from"], span["to"]) for unit, span in raw.get("mistaken_for", {}).items()},
    )


def _measure(name: str, raw: Mapping[str, Any]) -> Measure:
    change, best = raw.get("confirm_change"), raw.get("confirm_best", {})
    return Measure(
        name=name,
        label=raw["label"],
        shown=raw["shown"],
        fresh_for=timedelta(hours=raw["fresh_hours"]),
        loinc=tuple(raw.get("loinc", ())),
        snomed=tuple(raw.get("snomed", ())),
        scale=_scale(raw) if "unit" in raw else None,
        components={part: _scale(inner) for part, inner in raw.get("components", {}).items()},
        answers={code: Answer(code, **answer) for code, answer in raw.get("answers", {}).items()},
        meter_words=frozenset(raw.get("meter_words", ())),
        grade_snomed=raw.get("grade_snomed", {}),
        confirm_answers=frozenset(raw.get("confirm_answers", ())),
        confirm_difference=Bounds(**raw.get("confirm_difference", {})),
        confirm_change=(change["over"], timedelta(hours=change["hours"])) if change else None,
        confirm_best=(best.get("above_times"), best.get("below_times")),
        confirm_rise=raw.get("confirm_rise"),
        floor_limit=raw.get("floor_limit"),
    )


_RAW: Final[dict[str, Any]] = yaml.safe_load(pathlib.Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))

MEASURES: Final[Mapping[str, Measure]] = {name: _measure(name, raw) for name, raw in _RAW["measures"].items()}
MEALS: Final[Mapping[str, str]] = _RAW["meals"]
SYMPTOMS: Final[Mapping[str, str]] = _RAW["symptoms"]


def find(name: str) -> Measure | None:
    """The measure of this name, if there is one."""
    return MEASURES.get(name)


def fresh_for(name: str) -> timedelta:
    """How long after it was measured a value is still news."""
    return MEASURES[name].fresh_for


def shown(
    name: str,
    value: float | None,
    value_2: float | None = None,
    comparator: str | None = None,
    code: str | None = None,
) -> str:
    """A stored reading as people read it: "142/88 mmHg", "5.6 mmol/L", "LO (below what the meter reads)"."""
    measure = MEASURES[name]
    if comparator is not None:
        return "LO (below what the meter reads)" if comparator == LO else "HI (above what the meter reads)"
    if code is not None:
        answer = measure.answers.get(code)
        return answer.label if answer else code
    if value is None:
        return "no value"
    numbers = [scale.text(n) for scale, n in zip(measure.scales, (value, value_2), strict=False) if n is not None]
    return measure.shown.format("/".join(numbers))
