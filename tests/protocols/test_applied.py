"""Limits set over a protocol's own, and whom a protocol is for."""

from __future__ import annotations

import pytest

from app.protocols import applied, loader
from app.protocols.content import AppliesTo
from app.rules import vectors

COPD = loader.load(loader.FILES / "copd_oximetry.yaml", vectors.judge)
PRESSURE = loader.load(loader.FILES / "hypertension_at_home.yaml", vectors.judge)

SETS = [
    ("nothing set", COPD, {}, []),
    ("amber moved down", COPD, {"oxygen_saturation.low.amber": 94}, []),
    ("amber at red", COPD, {"oxygen_saturation.low.amber": 93}, []),
    ("amber below red", COPD, {"oxygen_saturation.low.amber": 92}, ["lies inside"]),
    ("red above amber", COPD, {"oxygen_saturation.low.red": 96}, ["lies inside"]),
    (
        "amber below red, both replaced",
        COPD,
        {"oxygen_saturation.low.amber": 92, "oxygen_saturation.low.red.target": 88},
        [],
    ),
    ("diastolic amber above severe", PRESSURE, {"blood_pressure.diastolic.high.amber": 125}, ["lies inside"]),
    ("systolic amber at severe", PRESSURE, {"blood_pressure.systolic.high.amber": 180}, []),
    ("systolic amber above diastolic severe", PRESSURE, {"blood_pressure.systolic.high.amber": 170}, []),
]


@pytest.mark.parametrize("protocol, limits, problems", [row[1:] for row in SETS], ids=[row[0] for row in SETS])
def test_a_red_inside_its_amber_is_a_problem(
    protocol: applied.Protocol, limits: dict[str, float], problems: list[str]
) -> None:
    found = applied.problems(protocol, limits)
    assert len(found) == len(problems)
    assert all(words in reason for words, reason in zip(problems, found, strict=True))


def test_the_names_a_limit_can_have() -> None:
    assert applied.limit_names(PRESSURE) == {
        "blood_pressure.systolic.high.amber",
        "blood_pressure.diastolic.high.amber",
        "blood_pressure.systolic.high.amber.severe",
        "blood_pressure.diastolic.high.amber.severe",
        "blood_pressure.systolic.low.amber.dizzy",
        "blood_pressure.systolic.low.red",
        "pulse.low.red.dizzy",
        "pulse.low.red",
        "pulse.high.emergency",
    }


ADULTS = AppliesTo(age_from=18, age_to=79, not_pregnant=True, conditions=("copd", "asthma"))


@pytest.mark.parametrize(
    "age, pregnant, conditions, words",
    [
        (18, False, {"copd"}, []),
        (79, False, {"asthma", "gout"}, []),
        (17, False, {"copd"}, ["18 or over"]),
        (80, False, {"copd"}, ["up to 79"]),
        (40, True, {"copd"}, ["pregnancy"]),
        (40, False, {"gout"}, ["copd, asthma"]),
        (17, True, set(), ["18 or over", "pregnancy", "copd, asthma"]),
    ],
)
def test_whom_it_is_for(age: int, pregnant: bool, conditions: set[str], words: list[str]) -> None:
    reasons = applied.reasons_against(ADULTS, age=age, pregnant=pregnant, conditions=conditions)
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))
