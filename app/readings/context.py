"""The context of a reading: what a rule reads goes into typed fields, the rest is kept as it was entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.readings import catalogue, numbers

MOST_OXYGEN: Final = 15.0  # litres a minute; more is refused (catalogue of clinical.md, judgement)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told about the circumstances of a reading."""

    on_oxygen: bool | None
    oxygen_flow: float | None
    at_rest: bool | None
    meal: str | None
    symptoms: tuple[str, ...]
    rest: Mapping[str, object]


_TYPED: Final = frozenset({"on_oxygen", "oxygen_flow", "at_rest", "meal", "symptoms"})

Reasons = list[tuple[str, str]]


def read(raw: Mapping[str, object], reasons: Reasons) -> Told:
    """The context in typed fields; what is wrong with it is added to the reasons."""
    on_oxygen, flow = _yes_or_no(raw, "on_oxygen", reasons), _flow(raw, reasons)
    if flow and on_oxygen is False:
        reasons.append(("/context/oxygen_flow", "A reading on air has no oxygen flow. Say which of the two is right."))
    return Told(
        on_oxygen=True if flow else on_oxygen,
        oxygen_flow=flow,
        at_rest=_yes_or_no(raw, "at_rest", reasons),
        meal=_meal(raw, reasons),
        symptoms=_symptoms(raw, reasons),
        rest={key: value for key, value in raw.items() if key not in _TYPED},
    )


def _yes_or_no(raw: Mapping[str, object], key: str, reasons: Reasons) -> bool | None:
    value = raw.get(key)
    if value is None or isinstance(value, bool):
        return value
    reasons.append((f"/context/{key}", "This is answered with true or false."))
    return None


def _flow(raw: Mapping[str, object], reasons: Reasons) -> float | None:
    value = raw.get("oxygen_flow")
    if value is None:
        return None
    flow = numbers.finite(value)
    if flow is None or not 0 <= flow <= MOST_OXYGEN:
        reasons.append(("/context/oxygen_flow", "The oxygen flow is a number of litres a minute from 0 to 15."))
        return None
    return flow


def _meal(raw: Mapping[str, object], reasons: Reasons) -> str | None:
    value = raw.get("meal")
    if value is None or (isinstance(value, str) and value in catalogue.MEALS):
        return value
    reasons.append(("/context/meal", f"The meal is one of: {', '.join(catalogue.MEALS)}."))
    return None


def _symptoms(raw: Mapping[str, object], reasons: Reasons) -> tuple[str, ...]:
    value = raw.get("symptoms")
    if value is None:
        return ()
    if isinstance(value, list | tuple) and all(isinstance(one, str) and one in catalogue.SYMPTOMS for one in value):
        return tuple(sorted(set(value)))
    reasons.append(("/context/symptoms", f"Symptoms are a list of: {', '.join(catalogue.SYMPTOMS)}."))
    return ()
