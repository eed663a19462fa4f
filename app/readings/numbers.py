"""What was typed as a value, read against the catalogue: canonical numbers, LO and HI, or a coded answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from app.readings import catalogue, units

Reasons = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """The value columns of a reading."""

    value: float | None = None
    value_2: float | None = None
    comparator: str | None = None
    code: str | None = None


def finite(value: object) -> float | None:
    """The number as a float, or None for what is no number: yes and no, text, not-a-number, endless and huge ones."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def read(
    measure: catalogue.Measure,
    value: object,
    unit: str | None,
    components: Mapping[str, Mapping[str, object]] | None,
    reasons: Reasons,
) -> Found | None:
    """The value of one entry. What is wrong with it is added to the reasons, and the answer is None."""
    if measure.components:
        return _components(measure, value, components, reasons)
    if components is not None:
        reasons.append(("/components", f"{measure.label} has one value and no components."))
        return None
    if measure.answers:
        return _answer(measure, value, unit, reasons)
    if isinstance(value, str) and value.strip().upper() in catalogue.METER_WORDS:
        return _meter_word(measure, value.strip().upper(), unit, reasons)
    assert measure.scale is not None
    number = _number(measure.scale, value, unit, "", reasons)
    return None if number is None else Found(value=number)


def _components(
    measure: catalogue.Measure,
    value: object,
    components: Mapping[str, Mapping[str, object]] | None,
    reasons: Reasons,
) -> Found | None:
    if value is not None or components is None or set(components) != set(measure.components):
        both = " and ".join(measure.components)
        reasons.append(("/components", f"{measure.label} is sent as components: {both}, each with its value and unit."))
        return None
    found = []
    for name, scale in measure.components.items():
        unit = components[name].get("unit")
        typed_unit = unit if isinstance(unit, str) else None
        found.append(_number(scale, components[name].get("value"), typed_unit, f"/components/{name}", reasons))
    upper, lower = found
    if upper is None or lower is None:
        return None
    if lower >= upper:
        reasons.append(("/components", "The second number must be lower than the first. Are they swapped?"))
        return None
    return Found(value=upper, value_2=lower)


def _answer(measure: catalogue.Measure, value: object, unit: str | None, reasons: Reasons) -> Found | None:
    if unit is not None:
        reasons.append(("/unit", f"{measure.label} has no unit."))
    if isinstance(value, str) and value in measure.answers:
        return Found(code=value)
    reasons.append(("/value", f"{measure.label} is answered with one of: {', '.join(measure.answers)}."))
    return None


def _meter_word(measure: catalogue.Measure, word: str, unit: str | None, reasons: Reasons) -> Found | None:
    """LO and HI: the meter could not read so low or so high. A finding of their own, never a zero."""
    assert measure.scale is not None
    if word not in measure.meter_words:
        reasons.append(("/value", f"{measure.label} is a number; {word} is no value of it."))
        return None
    if unit is not None and units.known(unit) not in measure.scale.units:
        reasons.append(("/unit", _which_units(measure.scale)))
        return None
    return Found(comparator=catalogue.METER_WORDS[word])


def _number(scale: catalogue.Scale, value: object, unit: str | None, at: str, reasons: Reasons) -> float | None:
    number = finite(value)
    if number is None:
        reasons.append((f"{at}/value", f"{scale.label} is a number."))
        return None
    code = scale.unit if unit is None else units.known(unit)
    if code not in scale.units:
        reasons.append((f"{at}/unit", _which_units(scale)))
        return None
    if unit is None and (other := _also_fits(scale, number)):
        reasons.append(
            (
                f"{at}/unit",
                f"{number:g} could be {units.plain(scale.unit)} or {units.plain(other)}. Send it with its unit.",
            )
        )
        return None
    canonical = scale.canonical(number, code)
    wrong = _impossible(scale, number, code, canonical)
    if wrong:
        reasons.append((f"{at}/value", wrong))
        return None
    return canonical


def _also_fits(scale: catalogue.Scale, number: float) -> str | None:
    """The unit, other than the canonical one, that a bare number may have been meant in."""
    fits = (unit for unit, (lowest, highest) in scale.mistaken_for.items() if lowest <= number <= highest)
    return next(fits, None)


def _impossible(scale: catalogue.Scale, number: float, code: str, canonical: float) -> str | None:
    if code == "%" and "1" in scale.units and 0 <= number <= 1:
        return f"{number:g}% is a share of 1, not of 100. Send it as {number * 100:g}%, or with the unit 1."
    if not math.isfinite(canonical) or scale.reject.hold(canonical):
        return f"{scale.label} of {number:g} {units.plain(code)} is not possible. Check the number and its unit."
    if scale.whole and not canonical.is_integer():
        return f"{scale.label} is a whole number."
    return None


def _which_units(scale: catalogue.Scale) -> str:
    return f"{scale.label} is measured in {' or '.join(map(units.plain, scale.units))}."
