"""What a form asks for one measure: its boxes, its choices, its symptoms. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.protocols import asking
from app.protocols.applied import AppliedPlan
from app.readings import catalogue
from app.readings.catalogue import Measure
from app.web import words

PRESSURE, OXYGEN, WEIGHT, GLUCOSE, PULSE = "blood_pressure", "oxygen_saturation", "weight", "glucose", "pulse"
STONES: Final = "st"


@dataclass(frozen=True, slots=True)
class Box:
    """One number to type."""

    name: str
    label: str
    unit: str
    spoken: str
    decimals: bool
    hint: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to pick; `missing` is what is said when it was not picked, None where it may be left out."""

    name: str
    legend: str
    options: tuple[tuple[str, str], ...]
    preset: str | None = None
    missing: str | None = None


ON_AIR: Final = Choice(
    "oxygen",
    "Were you breathing air or extra oxygen?",
    (("air", "Just air"), ("oxygen", "Extra oxygen")),
    missing="Say whether you were breathing air or extra oxygen",
)
RESTED: Final = Choice("rest", "Had you rested for five minutes?", (("yes", "Yes"), ("no", "No")))
_METER: Final = {
    "LO": ("LO", "LO: too low for the meter to say"),
    "HI": ("HI", "HI: too high for the meter to say"),
}
_RESTED: Final = (PULSE, "respiratory_rate")


def boxes(measure: Measure, *, in_stones: bool = False) -> tuple[Box, ...]:
    """The numbers to type; blood pressure also asks for the pulse the monitor shows."""
    if measure.name == PRESSURE:
        pulse = _box("pulse", "Pulse", catalogue.MEASURES[PULSE].scales[0], "If your monitor shows it", optional=True)
        top, bottom = measure.components.items()
        return (
            _box(top[0], "Top number", top[1], "Systolic"),
            _box(bottom[0], "Bottom number", bottom[1], "Diastolic"),
            pulse,
        )
    if measure.name == WEIGHT and in_stones:
        return Box("stones", "Stones", "st", "stones", False), Box("pounds", "Pounds", "lb", "pounds", True)
    return (_box("value", words.title(measure), measure.scales[0]),) if measure.scale else ()


def _box(name: str, label: str, scale: catalogue.Scale, hint: str | None = None, *, optional: bool = False) -> Box:
    unit, spoken = words.unit(scale.unit)
    return Box(name, label, unit, spoken, scale.decimals > 0, hint, optional)


def choices(measure: Measure) -> tuple[Choice, ...]:
    """The answers to pick beside the number, or instead of it."""
    found: list[Choice] = []
    if measure.answers:
        options = tuple((answer.code, answer.label) for answer in measure.answers.values())
        found.append(Choice("value", words.title(measure), options, missing="Choose one answer"))
    if measure.meter_words:
        shown = tuple(_METER[word] for word in sorted(measure.meter_words, reverse=True))
        found.append(Choice("meter", "What did the meter show?", (("number", "A number"), *shown), preset="number"))
    if measure.name == OXYGEN:
        found.append(ON_AIR)
    if measure.name in _RESTED:
        found.append(RESTED)
    if measure.name == GLUCOSE:
        meals = tuple((code, words.upper(text)) for code, text in catalogue.MEALS.items())
        found.append(Choice("meal", "When was this?", meals))
    return tuple(found)


def symptoms(measure: str, plans: Iterable[AppliedPlan]) -> tuple[str, ...]:
    """The symptoms that matter to some rule of these plans when they are told with this measure."""
    codes = asking.symptoms(measure, plans)
    return tuple(code for code in catalogue.SYMPTOMS if code in codes)


def how(measure: str, plans: Sequence[AppliedPlan]) -> list[str]:
    """How to measure it, in the sentences of the first plan that asks for it."""
    texts = (ask.how for plan in plans for ask in plan.protocol.ask if ask.measure == measure)
    return words.sentences(next(texts, ""))
