"""The form for one measure as its page shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.protocols.applied import AppliedPlan
from app.readings import catalogue, units
from app.readings.catalogue import Measure
from app.readings.intake import Accepted
from app.readings.models import ReadingState
from app.web import moments, words
from app.web.patient import questions
from app.web.patient.questions import Box, Choice
from app.web.patient.typed import Typed

NOTHING: Final = Typed({})
NO_SYMPTOM: Final = "none"
WHY: Final = "That is unusual. If it is what you measured, send it now. If not, change it or measure again."
_NOT_SENT_ALONG: Final = ("csrf_token", "confirmed", "change", "symptoms")
_PARTS: Final = {"systolic": "value", "diastolic": "value_2", "value": "value"}


@dataclass(frozen=True, slots=True)
class Around:
    """What the form needs to know of the person it asks."""

    plans: Sequence[AppliedPlan]
    newest: Mapping[str, ReadingState]
    now: datetime
    zone: ZoneInfo


def asked(
    measure: Measure,
    around: Around,
    ids: Mapping[str, UUID | str],
    typed: Typed = NOTHING,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The form, empty or as it was typed, with a word beside each box that could not be read."""
    errors = errors or {}
    in_stones = typed.get("unit") == questions.STONES
    hidden = {name: str(value) for name, value in ids.items()} | ({"unit": questions.STONES} if in_stones else {})
    return {
        "title": f"Your {words.lower(words.title(measure))}",
        "steps": questions.how(measure.name, around.plans),
        "fields": [
            _field(box, measure, around, typed, errors) for box in questions.boxes(measure, in_stones=in_stones)
        ],
        "choices": [_choice(choice, typed, errors) for choice in questions.choices(measure)],
        "symptoms": _symptoms(measure, around, typed),
        "measured_at": _measured_at(around, typed, errors),
        "hidden": list(hidden.items()),
        "switch": _switch(measure, in_stones=in_stones),
        "errors": [{"text": text, "href": f"#{name}"} for name, text in errors.items()],
        "confirm": None,
    }


def sure(measure: Measure, typed: Typed, found: Sequence[Accepted]) -> dict[str, Any]:
    """The same form asking "are you sure": what was understood, and everything typed sent along."""
    unusual = next(one for one in found if "confirm" in one.marks)
    hidden = [(name, value) for name, value in typed.values.items() if name not in _NOT_SENT_ALONG]
    return {
        "title": words.title(measure),
        "confirm": {
            "question": f"Did it really say {words.value(unusual)}?",
            "why": WHY,
            "sent": [{"label": words.title(one.measure), "words": words.value(one)} for one in found],
            "hidden": hidden + [("symptoms", code) for code in typed.symptoms],
        },
    }


def _field(box: Box, measure: Measure, around: Around, typed: Typed, errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": box.name,
        "label": box.label,
        "unit": {"text": box.unit, "spoken": box.spoken},
        "inputmode": "decimal" if box.decimals else "numeric",
        "value": typed.get(box.name) or None,
        "error": errors.get(box.name),
        "last": _last(box, measure, around),
        "hint": box.hint,
    }


def _last(box: Box, measure: Measure, around: Around) -> str | None:
    """The last value, to compare with at a glance."""
    state = around.newest.get(box.name if box.name == questions.PULSE else measure.name)
    if state is None:
        return None
    when = moments.words(state.measured_at, around.now, around.zone)
    if box.name == "stones" and state.value is not None:
        return "{} st {} lb, {}".format(*units.stones_and_pounds(state.value), when)
    if measure.components and box.name in _PARTS:
        number = getattr(state, _PARTS[box.name])
        return f"{measure.components[box.name].text(number)}, {when}" if number is not None else None
    if box.name == "pounds":
        return None
    return f"{words.value(state)}, {when}"


def _choice(choice: Choice, typed: Typed, errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": choice.name,
        "legend": choice.legend,
        "hint": None,
        "options": [{"value": value, "text": text} for value, text in choice.options],
        "value": typed.get(choice.name) or choice.preset,
        "error": errors.get(choice.name),
    }


def _symptoms(measure: Measure, around: Around, typed: Typed) -> dict[str, Any] | None:
    codes = questions.symptoms(measure.name, around.plans)
    if not codes:
        return None
    return {
        "name": "symptoms",
        "legend": "Do you have any of these now?",
        "hint": "Tick all that you have",
        "options": [{"value": code, "text": words.upper(catalogue.SYMPTOMS[code])} for code in codes],
        "chosen": list(typed.symptoms),
        "none": {"value": NO_SYMPTOM, "text": "None of these"},
        "error": None,
    }


def _measured_at(around: Around, typed: Typed, errors: Mapping[str, str]) -> dict[str, Any]:
    value, error = typed.get("measured_at"), errors.get("measured_at")
    latest = f"{around.now.astimezone(around.zone):%Y-%m-%dT%H:%M}"
    return {"value": value, "latest": latest, "error": error, "open": bool(value or error)}


def _switch(measure: Measure, *, in_stones: bool) -> dict[str, str] | None:
    if measure.name != questions.WEIGHT:
        return None
    if in_stones:
        return {"text": "Use kilograms instead", "unit": "kg"}
    return {"text": "Use stones and pounds instead", "unit": questions.STONES}
