"""Units convert exactly, and never across what they measure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readings import catalogue, units


@pytest.mark.parametrize(
    "value, unit, to, result",
    [
        (20, "kPa", "mm[Hg]", 150.0124),
        (100.4, "[degF]", "Cel", 38.0),
        (102.2, "degF", "Cel", 39.0),
        (37, "Cel", "[degF]", 98.6),
        (1, "lb", "kg", 0.45359237),
        (12, "st", "kg", 76.20351816),
        (0.57, "1", "%", 57.0),
        (0.93, "1", "%", 93.0),
        (7, "L/s", "L/min", 420.0),
        (700, "cL/s", "L/min", 420.0),
        (2500, "mL", "L", 2.5),
        (5.6, "mmol/L", "mmol/L", 5.6),
    ],
)
def test_the_conversions_of_the_catalogue(value: float, unit: str, to: str, result: float) -> None:
    assert units.convert(value, unit, to) == result


@pytest.mark.parametrize(
    "value, per, result",
    [(100, 18.0156, 5.5507), (54, 18.0156, 2.9974), (72, 18.0156, 3.9965), (15.615, 10.41, 1.5)],
)
def test_mass_becomes_amount_by_the_factor_of_the_substance(value: float, per: float, result: float) -> None:
    assert units.convert(value, "mg/dL", "mmol/L", mg_per_dl=per) == pytest.approx(result, abs=5e-5)


def test_mass_never_becomes_amount_without_saying_of_what() -> None:
    with pytest.raises(units.DoesNotConvert, match="mg/dL does not convert to mmol/L"):
        units.convert(100, "mg/dL", "mmol/L")


@pytest.mark.parametrize("unit, to", [("kg", "mm[Hg]"), ("furlong", "kg"), ("kg", "furlong"), ("", "kg"), ("L", "L/s")])
def test_units_that_do_not_fit_are_refused(unit: str, to: str) -> None:
    with pytest.raises(units.DoesNotConvert):
        units.convert(1, unit, to)


@pytest.mark.parametrize(
    "typed, code",
    [
        ("mmHg", "mm[Hg]"),
        ("MM HG", "mm[Hg]"),
        ("kpa", "kPa"),
        ("lbs", "[lb_av]"),
        ("Stone", "[stone_av]"),
        ("°C", "Cel"),
        ("F", "[degF]"),
        ("bpm", "/min"),
        ("MMOL/L", "mmol/L"),
        ("mg/dl", "mg/dL"),
        ("ft", None),
        ("", None),
    ],
)
def test_units_are_read_as_people_write_them(typed: str, code: str | None) -> None:
    assert units.known(typed) == code


def test_every_unit_knows_its_own_name() -> None:
    assert [units.known(code) for code in units.UNITS] == list(units.UNITS)


@given(st.floats(min_value=20, max_value=350))
def test_nobody_ever_reads_fourteen_pounds(kilograms: float) -> None:
    stones, pounds = units.stones_and_pounds(kilograms)
    assert 0 <= pounds <= 13
    assert abs(units.convert(stones * 14 + pounds, "lb", "kg") - kilograms) <= 0.23


@given(
    st.floats(min_value=0.1, max_value=5000),
    st.sampled_from([s for m in catalogue.MEASURES.values() for s in m.scales]),
)
def test_there_and_back_is_the_same_value(value: float, scale: catalogue.Scale) -> None:
    for unit in scale.accepts:
        there = units.convert(value, scale.unit, unit, mg_per_dl=scale.mg_per_dl)
        assert scale.canonical(there, unit) == pytest.approx(value, rel=1e-12)
