"""The catalogue says of each measure what clinical.md section 1 says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.readings import catalogue, units

# measure, component: lowest and highest value kept, values kept but marked, and those just short of it
EDGES = [
    ("blood_pressure", "systolic", 40, 300, [79, 180], [80, 179]),
    ("blood_pressure", "diastolic", 20, 200, [39, 120], [40, 119]),
    ("pulse", None, 20, 300, [39, 131], [40, 130]),
    ("oxygen_saturation", None, 50, 100, [91], [92, 100]),
    ("temperature", None, 30, 45, [35.0, 39.1], [35.1, 39.0]),
    ("respiratory_rate", None, 3, 80, [8, 25], [9, 24]),
    ("weight", None, 20, 350, [], [20, 350]),
    ("glucose", None, 0.01, 60, [2.99, 20.1], [3.0, 20]),
    ("ketones", None, 0, 15, [1.5], [1.4]),
    ("peak_flow", None, 0.1, 900, [], [1, 900]),
    ("fev1", None, 0.1, 8, [], [0.1]),
    ("steps", None, 0, 100_000, [], [0]),
    ("pain", None, 0, 10, [7], [6]),
    ("breathlessness_mrc", None, 1, 5, [], [5]),
    ("breathlessness_mmrc", None, 0, 4, [], [4]),
    ("breathlessness", None, 0, 10, [], [10]),
    ("mood", None, 0, 10, [], [0]),
    ("inr", None, 0.5, 15, [1.49, 5.1], [1.5, 5.0]),
]


def _scale(name: str, component: str | None) -> catalogue.Scale:
    measure = catalogue.MEASURES[name]
    scale = measure.components[component] if component else measure.scale
    assert scale is not None
    return scale


@pytest.mark.parametrize("name, component, lowest, highest, marked, plain", EDGES)
def test_bounds(
    name: str, component: str | None, lowest: float, highest: float, marked: list[float], plain: list[float]
) -> None:
    scale = _scale(name, component)
    assert not scale.reject.hold(lowest)
    assert not scale.reject.hold(highest)
    assert scale.reject.hold(lowest - 0.1)
    assert scale.reject.hold(highest + 0.1)
    assert all(scale.confirm.hold(value) for value in marked)
    assert not any(scale.confirm.hold(value) for value in plain)


def test_every_measure_with_a_number_has_its_bounds_tried() -> None:
    tried = {(name, component) for name, component, *_ in EDGES}
    there = {
        (m.name, part) for m in catalogue.MEASURES.values() for part in (m.components or ([None] if m.scale else []))
    }
    assert tried == there


@pytest.mark.parametrize("name", catalogue.MEASURES)
def test_each_measure_is_complete(name: str) -> None:
    measure = catalogue.MEASURES[name]
    assert (measure.scale is not None) + bool(measure.components) + bool(measure.answers) == 1
    assert measure.shown.count("{}") == 1
    assert all(unit in units.UNITS for scale in measure.scales for unit in scale.units)
    assert all(unit in scale.accepts for scale in measure.scales for unit in scale.mistaken_for)
    assert measure.confirm_answers <= set(measure.answers)
    assert measure.meter_words <= set(catalogue.METER_WORDS)


@pytest.mark.parametrize(
    "names, hours",
    [
        (["oxygen_saturation", "pulse", "temperature", "glucose", "ketones"], 12),
        (["blood_pressure"], 24),
        (["weight"], 72),
    ],
)
def test_how_long_a_value_is_news(names: list[str], hours: int) -> None:
    assert {catalogue.fresh_for(name) for name in names} == {timedelta(hours=hours)}


@pytest.mark.parametrize(
    "text, reading",
    [
        ("142/88 mmHg", ("blood_pressure", 142.0, 88.0)),
        ("5.6 mmol/L", ("glucose", 5.5507)),
        ("5.6 mmol/L", ("glucose", 5.55)),
        ("3.0 mmol/L", ("glucose", 2.9974)),
        ("LO (below what the meter reads)", ("glucose", None, None, "<")),
        ("HI (above what the meter reads)", ("ketones", None, None, ">")),
        ("88%", ("oxygen_saturation", 88.0)),
        ("93%", ("oxygen_saturation", 92.5)),
        ("80.2 kg", ("weight", 80.15)),
        ("2.35 L", ("fev1", 2.345)),
        ("8574 steps", ("steps", 8574.0)),
        ("7 out of 10", ("pain", 7.0)),
        ("grade 3", ("breathlessness_mrc", 3.0)),
        ("2.5", ("inr", 2.5)),
        ("New confusion", ("consciousness", None, None, None, "C")),
        ("no value", ("pulse", None)),
    ],
)
def test_a_reading_is_shown_as_people_read_it(text: str, reading: tuple[str, float | None]) -> None:
    assert catalogue.shown(*reading) == text


def test_what_cannot_be_sent_is_not_in_it() -> None:
    assert catalogue.find("news2") is None
    assert set(catalogue.MEASURES) == {
        "blood_pressure",
        "pulse",
        "oxygen_saturation",
        "temperature",
        "respiratory_rate",
        "weight",
        "glucose",
        "ketones",
        "peak_flow",
        "fev1",
        "steps",
        "pain",
        "breathlessness_mrc",
        "breathlessness_mmrc",
        "breathlessness",
        "mood",
        "inr",
        "consciousness",
    }
