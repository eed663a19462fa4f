"""The units of the catalogue, in UCUM, and exact conversion between them. Results are never rounded for show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


class DoesNotConvert(Exception):
    """These two units do not measure the same thing, or one of them is unknown."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One UCUM unit: base = (value + before) x factor, for units of the same dimension."""

    code: str
    dimension: str
    factor: Decimal
    before: Decimal = Decimal(0)


def _unit(code: str, dimension: str, factor: str = "1") -> tuple[str, Unit]:
    return code, Unit(code, dimension, Decimal(factor))


UNITS: Final[dict[str, Unit]] = dict(
    [
        _unit("mm[Hg]", "pressure"),
        _unit("kPa", "pressure", "7.50062"),
        _unit("/min", "rate"),
        _unit("/d", "count a day"),
        _unit("%", "share"),
        _unit("1", "share", "100"),
        _unit("Cel", "temperature"),
        ("[degF]", Unit("[degF]", "temperature", Decimal(5) / Decimal(9), Decimal(-32))),
        _unit("kg", "mass"),
        _unit("[lb_av]", "mass", "0.45359237"),
        _unit("[stone_av]", "mass", "6.35029318"),
        _unit("mmol/L", "amount in a litre"),
        _unit("mg/dL", "mass in a decilitre"),
        _unit("L/min", "flow"),
        _unit("L/s", "flow", "60"),
        _unit("cL/s", "flow", "0.6"),
        _unit("L", "volume"),
        _unit("mL", "volume", "0.001"),
        _unit("{score}", "score"),
        _unit("{INR}", "INR"),
    ]
)

# What people and devices write, folded to lower case without spaces. `mmol` alone is said of glucose and ketones only.
_SPELLINGS: Final[dict[str, str]] = {
    "mmhg": "mm[Hg]", "mm[hg]": "mm[Hg]", "kpa": "kPa",
    "/min": "/min", "bpm": "/min", "1/min": "/min", "{beats}/min": "/min", "{breaths}/min": "/min", "min-1": "/min",
    "/d": "/d", "steps": "/d", "steps/day": "/d", "{steps}/d": "/d", "1/d": "/d",
    "%": "%", "percent": "%", "1": "1",
    "cel": "Cel", "c": "Cel", "°c": "Cel", "degc": "Cel", "celsius": "Cel",
    "[degf]": "[degF]", "degf": "[degF]", "°f": "[degF]", "f": "[degF]", "fahrenheit": "[degF]",
    "kg": "kg", "kgs": "kg", "kilos": "kg",
    "[lb_av]": "[lb_av]", "lb": "[lb_av]", "lbs": "[lb_av]", "pounds": "[lb_av]",
    "[stone_av]": "[stone_av]", "st": "[stone_av]", "stone": "[stone_av]", "stones": "[stone_av]",
    "mmol/l": "mmol/L", "mmol": "mmol/L", "mg/dl": "mg/dL",
    "l/min": "L/min", "l/s": "L/s", "cl/s": "cL/s",
    "l": "L", "litres": "L", "ml": "mL",
    "{score}": "{score}", "score": "{score}", "{scoreof}": "{score}",
    "{inr}": "{INR}", "inr": "{INR}",
}  # fmt: skip

_PLAIN: Final[dict[str, str]] = {
    "mm[Hg]": "mmHg", "Cel": "°C", "[degF]": "°F", "[lb_av]": "lb", "[stone_av]": "st", "{score}": "points",
    "{INR}": "INR", "1": "1 (a fraction)",
}  # fmt: skip


def plain(code: str) -> str:
    """A UCUM code as people write it."""
    return _PLAIN.get(code, code)


def known(unit: str) -> str | None:
    """The UCUM code of a unit as people write it, or None when it is none of ours."""
    return _SPELLINGS.get("".join(unit.split()).lower())


def convert(value: float, unit: str, to: str, *, mg_per_dl: float | None = None) -> float:
    """The value in another unit, unrounded.

    `mg_per_dl` is how many mg/dL of the substance make one mmol/L (glucose 18.0156, ketones 10.41): without it mass
    and amount do not convert, because the answer depends on the substance. Decimal arithmetic, so that 100.4 °F is
    38 °C and not a hair more: limits are compared with what comes out here.
    """
    source, target = UNITS.get(known(unit) or ""), UNITS.get(known(to) or "")
    if source is None or target is None:
        raise DoesNotConvert(f"{unit if source is None else to} is not a unit we know")
    if source is target:
        return float(value)
    exact = Decimal(repr(float(value)))
    if source.dimension == target.dimension:
        return float((exact + source.before) * source.factor / target.factor - target.before)
    if mg_per_dl is not None and (source.code, target.code) == ("mg/dL", "mmol/L"):
        return float(exact / Decimal(repr(mg_per_dl)))
    if mg_per_dl is not None and (source.code, target.code) == ("mmol/L", "mg/dL"):
        return float(exact * Decimal(repr(mg_per_dl)))
    raise DoesNotConvert(f"{source.code} does not convert to {target.code}")


def stones_and_pounds(kilograms: float) -> tuple[int, int]:
    """Whole stones and pounds. The pounds are rounded first, so that nobody ever reads "12 st 14 lb"."""
    return divmod(round(convert(kilograms, "kg", "[lb_av]")), 14)
