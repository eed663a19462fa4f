"""What was typed into a form: read into what the API takes, or a plain word beside what cannot be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.readings import catalogue
from app.readings.catalogue import Measure
from app.web import words
from app.web.patient import questions
from app.web.patient.questions import Box

_NUMBER: Final = re.compile(r"\d{1,6}(?:[.,]\d{1,4})?")
_LONGEST: Final = 40
# Where a reason of the intake belongs on the form; anything else stands beside the first box.
_BESIDE: Final = {
    "/measured_at": "measured_at",
    "/context/on_oxygen": "oxygen",
    "/components/diastolic/value": "diastolic",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent: single answers by name, and the symptoms that were ticked."""

    values: Mapping[str, str]
    symptoms: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        return self.values.get(name, "").strip()[:_LONGEST]


@dataclass(slots=True)
class Read:
    """The readings as the API takes them; `errors` by the name of the box."""

    readings: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def read(measure: Measure, typed: Typed, now: datetime, zone: ZoneInfo) -> Read:
    """The readings of one form: one, or a pressure and its pulse."""
    found = Read()
    in_stones = typed.get("unit") == questions.STONES
    boxes = questions.boxes(measure, in_stones=in_stones)
    meter = typed.get("meter") if typed.get("meter") in measure.meter_words else None
    numbers = {} if meter else _numbers(boxes, typed, found.errors)
    if meter and typed.get("value"):
        found.errors["meter"] = f"Say either {meter} or the number, not both"
    context = _context(measure, typed, found.errors)
    measured_at = _time(typed, now, zone, found.errors)
    if found.errors:
        return found
    plain = {"measured_at": measured_at.isoformat(), "source": "typed"}
    value = {"value": meter} if meter else _value(measure, typed, numbers, in_stones=in_stones)
    found.readings.append({"id": typed.get("id"), "measure": measure.name, **plain, **value, "context": context})
    if "pulse" in numbers:
        pulse = {"id": typed.get("pulse_id"), "measure": questions.PULSE, "value": numbers["pulse"], "unit": "/min"}
        found.readings.append({**plain, **pulse, "context": {}})
    return found


def _numbers(boxes: Sequence[Box], typed: Typed, errors: dict[str, str]) -> dict[str, float]:
    numbers = {}
    for box in boxes:
        text = typed.get(box.name).removesuffix("%").strip()
        if _NUMBER.fullmatch(text):
            number = float(text.replace(",", "."))
            numbers[box.name] = int(number) if number.is_integer() else number
        elif text or not box.optional:
            errors[box.name] = f"Enter the {words.lower(box.label)} in figures"
    return numbers


def _value(measure: Measure, typed: Typed, numbers: Mapping[str, float], *, in_stones: bool) -> dict[str, Any]:
    if measure.components:
        parts = {name: {"value": numbers[name], "unit": scale.unit} for name, scale in measure.components.items()}
        return {"components": parts}
    if measure.answers:
        return {"value": typed.get("value")}
    if "stones" in numbers and in_stones:
        return {"value": numbers["stones"] * 14 + numbers["pounds"], "unit": "[lb_av]"}
    return {"value": numbers["value"], "unit": measure.scales[0].unit}


def _picked(measure: Measure, typed: Typed, errors: dict[str, str]) -> dict[str, str]:
    picked = {}
    for choice in questions.choices(measure):
        answer = typed.get(choice.name)
        if answer in dict(choice.options):
            picked[choice.name] = answer
        elif choice.missing:
            errors[choice.name] = choice.missing
    return picked


def _context(measure: Measure, typed: Typed, errors: dict[str, str]) -> dict[str, Any]:
    picked = _picked(measure, typed, errors)
    context: dict[str, Any] = {}
    if "oxygen" in picked:
        context["on_oxygen"] = picked["oxygen"] == "oxygen"
    if "rest" in picked:
        context["at_rest"] = picked["rest"] == "yes"
    if "meal" in picked:
        context["meal"] = picked["meal"]
    if told := [code for code in typed.symptoms if code in catalogue.SYMPTOMS]:
        context["symptoms"] = told
    if typed.get("confirmed") == "yes":
        context["confirmed"] = True
    return context


def _time(typed: Typed, now: datetime, zone: ZoneInfo, errors: dict[str, str]) -> datetime:
    """When it was measured, in the patient's zone; left empty it is now."""
    text = typed.get("measured_at")
    if not text:
        return now
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or not 1900 <= local.year <= 2200:
        errors["measured_at"] = "Enter the day and time you measured it"
        return now
    return local.replace(tzinfo=zone) if local.tzinfo is None else local


def beside(measure: Measure, reasons: Sequence[tuple[str, str]], name: str) -> dict[str, str]:
    """The reasons of the intake beside the boxes they are about; `name` is the measure that was refused."""
    if name != measure.name:
        return {"pulse": reasons[0][1]}
    first = next((box.name for box in questions.boxes(measure)), "value")
    return {_BESIDE.get(pointer, first): why for pointer, why in reversed(reasons)}
