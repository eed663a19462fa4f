"""Test vectors as they are written in a file, each reading and each expected finding on one line.

A reading: `{oxygen_saturation: 88, on_oxygen: false, day: 2, at: "08:00"}`, a pressure as `182/95`, a meter's LO or HI.
An expected finding: `{saturation_low: red, awaiting: true}`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.protocols.content import Concluded, Severity, Vector, VectorReading

FIRST_DAY: Final = date(2026, 3, 1)  # day 1; the clocks go forward on day 29
_CONTEXT: Final = frozenset({"on_oxygen", "at_rest", "meal", "symptoms", "linked"})
_MARKS: Final = frozenset({"awaiting", "confirmed", "late", "prompt"})
_WORDS: Final = {"LO": "<", "HI": ">"}


class Misread(Exception):
    """A line of a vector does not say one thing."""


def vector(raw: dict[str, Any], reasons: list[str]) -> Vector:
    """One vector. What cannot be read is added to the reasons."""
    zone = _zone(raw["zone"], raw["name"], reasons)
    readings = []
    expect: frozenset[Concluded] = frozenset()
    try:
        readings = [_reading(line, zone) for line in raw["readings"]]
        expect = frozenset(_expected(line) for line in raw["expect"])
    except (Misread, ValueError, TypeError) as wrong:
        reasons.append(f"vector {raw['name']}: {wrong}")
    judged = (raw["judged"] or len(raw["readings"])) - 1
    if not 0 <= judged < len(raw["readings"]):
        reasons.append(f"vector {raw['name']}: it has no reading {raw['judged']}")
        judged = 0
    measured_at = readings[judged].at if readings else datetime.combine(FIRST_DAY, time(), zone)
    return Vector(
        name=raw["name"],
        readings=tuple(readings),
        judged=judged,
        limits=raw["limits"],
        received_at=measured_at + timedelta(hours=raw["received_hours_after"]),
        zone=zone,
        expect=expect,
    )


def _zone(name: str, vector_name: str, reasons: list[str]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reasons.append(f"vector {vector_name}: there is no time zone {name}")
        return ZoneInfo("Europe/London")


def _reading(line: dict[str, Any], zone: ZoneInfo) -> VectorReading:
    measures = set(line) - _CONTEXT - {"day", "at"}
    if len(measures) != 1:
        raise Misread(f"a reading names one measure, not {sorted(measures)}")
    measure = measures.pop()
    local = datetime.combine(
        FIRST_DAY + timedelta(days=line.get("day", 1) - 1), time.fromisoformat(line.get("at", "08:00")), zone
    )
    context = {key: line[key] for key in _CONTEXT & set(line)}
    if "symptoms" in context:
        context["symptoms"] = tuple(sorted(context["symptoms"]))
    return VectorReading(measure=measure, at=local, **_value(line[measure]), **context)


def _value(typed: object) -> dict[str, Any]:
    if isinstance(typed, bool):
        raise Misread("a value is no yes or no")
    if isinstance(typed, int | float):
        return {"value": float(typed)}
    if isinstance(typed, str) and typed in _WORDS:
        return {"comparator": _WORDS[typed]}
    if isinstance(typed, str) and "/" in typed:
        upper, lower = typed.split("/")
        return {"value": float(upper), "value_2": float(lower)}
    if isinstance(typed, str):
        return {"code": typed}
    raise Misread(f"{typed!r} is no value")


def _expected(line: dict[str, Any]) -> Concluded:
    names = set(line) - _MARKS
    if len(names) != 1:
        raise Misread(f"an expected finding names one rule, not {sorted(names)}")
    name = names.pop()
    return Concluded(name, Severity(line[name]), **{key: line[key] for key in _MARKS & set(line)})
