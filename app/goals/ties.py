"""What a goal can be tied to: a number of a measure, an area of an instrument, an action of the plan. Pure.

A measure is written as "weight" or "blood_pressure:systolic", an area as "instrument:area", an action by its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.readings import catalogue
from app.readings.catalogue import Scale

Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of a measure: the first or the second that a reading of it holds."""

    measure: str
    number: int
    scale: Scale


def measured(tie: str) -> Measured | None:
    """The number that a tie names; None where the catalogue has none of this name."""
    name, _, component = tie.partition(":")
    measure = catalogue.find(name)
    if measure is None:
        return None
    if measure.scale is not None:
        return None if component else Measured(name, 0, measure.scale)
    names = list(measure.components)
    return Measured(name, names.index(component), measure.components[component]) if component in names else None


def faults(tied_to: str | None, tie: str | None, start: Decimal | None, aim: Decimal | None) -> list[Fault]:
    """What cannot be, with a pointer to it; whether an area exists is not known here."""
    if (tied_to is None) != (tie is None):
        return [("/tie", "What it is tied to and its kind come together.")]
    if tied_to in (None, "action"):
        return _of_no_number(tied_to, tie, start, aim)
    found = [] if aim is not None else [("/aim_value", "Say which number you hope for.")]
    if tied_to == "measure" and measured(tie or "") is None:
        found.append(("/tie", "Nothing of this name is measured as a number."))
    if tied_to == "area" and not all((tie or "").partition(":")):
        found.append(("/tie", "An area is named with its instrument."))
    return found


def _of_no_number(tied_to: str | None, tie: str | None, start: Decimal | None, aim: Decimal | None) -> list[Fault]:
    found = [("/aim_value", "There is no number to hope for here.")] if start is not None or aim is not None else []
    return [*found, ("/tie", "Not the id of an action.")] if tied_to and not _is_id(tie or "") else found


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
