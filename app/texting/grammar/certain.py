"""Whether a measurement as written is certain: judged by the catalogue, as the readings slice will; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final

from app.readings import catalogue, numbers, units
from app.readings.catalogue import Scale
from app.texting.grammar.forms import Written
from app.texting.grammar.said import Reading, Why

_POUNDS_IN_A_STONE: Final = 14
_MOST_DECIMALS: Final = 2
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_SAID_ONLY: Final = frozenset({"1"})  # a fraction is meant only where its unit is said
# Three scales whose words are one letter apart: only the one that was asked for.
_ASKED_FOR: Final = frozenset({"breathlessness", "breathlessness_mrc", "breathlessness_mmrc"})


def reading(written: Written, asked: Collection[str] = ()) -> Reading | Why:
    """The reading, or why it is not certain."""
    if written.measure is None or (written.measure in _ASKED_FOR and written.measure not in asked):
        return "measure"
    measure = catalogue.MEASURES[written.measure]
    if written.level is not None:
        is_shown = written.level in measure.meter_words
        return Reading(measure.name, written.level) if is_shown else "value"
    if not measure.scales:
        return "value"
    if written.is_stones:
        return _stones(written.numbers)
    typed = [_number(raw, measure.scales[0]) for raw in written.numbers]
    found = [one for one in typed if one is not None]
    if len(found) < len(typed) or len(found) != len(measure.scales):
        return "value"
    return _in_its_unit(measure, found, written.unit)


def _in_its_unit(measure: catalogue.Measure, found: Sequence[Decimal], unit: str | None) -> Reading | Why:
    said = units.known(unit) if unit else None
    codes = {said or certain_unit(scale, value) for scale, value in zip(measure.scales, found, strict=True)}
    code = codes.pop() if len(codes) == 1 else None
    if code is None:
        pairs = zip(measure.scales, found, strict=True)
        return "unit" if all(_is_possible_in_any(scale, value) for scale, value in pairs) else "value"
    if code == "[stone_av]" and found[0] != found[0].to_integral_value():
        return "unit"  # 12.5 may be twelve and a half, or 12 st 5 lb
    return _judged(Reading(measure.name, found[0], found[1] if len(found) > 1 else None, code))


def _judged(one: Reading) -> Reading | Why:
    """What the readings slice would refuse is not what was meant."""
    reasons: numbers.Reasons = []
    entered = one.entered
    parts = entered.get("components")
    measure = catalogue.MEASURES[one.measure]
    numbers.read(measure, entered.get("value"), one.unit, parts if isinstance(parts, dict) else None, reasons)
    return "value" if reasons else one


def _stones(typed: Sequence[str]) -> Reading | Why:
    """Stones and pounds are kept as pounds: 12st 4 is 172 lb, exactly."""
    scale = catalogue.MEASURES["weight"].scales[0]
    stones, pounds = (_number(raw, scale) for raw in typed)
    if stones is None or pounds is None or stones != stones.to_integral_value() or pounds >= _POUNDS_IN_A_STONE:
        return "value"
    return _judged(Reading("weight", stones * _POUNDS_IN_A_STONE + pounds, unit="[lb_av]"))


def certain_unit(scale: Scale, value: Decimal) -> str | None:
    """The unit of a bare number: the usual one unless another may be meant, or the only one whose range it is in."""
    number = float(value)
    if any(lowest <= number <= highest for lowest, highest in scale.mistaken_for.values()):
        return None
    if not scale.reject.hold(number):
        return scale.unit
    others = (unit for unit in scale.accepts if unit not in _SAID_ONLY and _is_apart(scale, unit))
    return next((unit for unit in others if not scale.reject.hold(scale.canonical(number, unit))), None)


def _is_apart(scale: Scale, unit: str) -> bool:
    """Whether no possible number in this unit is possible in the usual one."""
    lowest, highest = scale.reject.below, scale.reject.above
    if lowest is None or highest is None:
        return False
    low, high = (units.convert(bound, scale.unit, unit, mg_per_dl=scale.mg_per_dl) for bound in (lowest, highest))
    return low > highest or high < lowest


def _is_possible_in_any(scale: Scale, value: Decimal) -> bool:
    return any(not scale.reject.hold(scale.canonical(float(value), unit)) for unit in scale.units)


def _number(raw: str, scale: Scale) -> Decimal | None:
    """The number as typed; None where the comma may separate thousands, or it is finer than the measure is."""
    if scale.decimals == 0:
        whole = raw.replace(",", "") if _THOUSANDS.fullmatch(raw) else raw
        return Decimal(whole) if whole.isdigit() else None
    decimals = re.split("[.,]", raw)[1:]
    return Decimal(raw.replace(",", ".")) if not decimals or len(decimals[0]) <= _MOST_DECIMALS else None
