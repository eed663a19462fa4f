"""When a reading counts towards settled: past every limit of the alert by the margin."""

from __future__ import annotations

import pytest

from app.protocols.content import Direction, Family
from app.readings.observed import Observed
from app.rules import settling
from tests.rules import shipped
from tests.rules.shipped import plan, reading

HIGH, LOW, NONE = Direction.HIGH, Direction.LOW, Direction.NONE

LEVELS = [
    ("saturation at 96", "copd_oximetry", LOW, reading("oxygen_saturation", 96), True),
    ("saturation at 95.9", "copd_oximetry", LOW, reading("oxygen_saturation", 95.9), False),
    ("pressure at 145/90", "hypertension_at_home", HIGH, reading("blood_pressure", 145, value_2=90), True),
    ("pressure at 145/91", "hypertension_at_home", HIGH, reading("blood_pressure", 145, value_2=91), False),
    ("pressure at 146/80", "hypertension_at_home", HIGH, reading("blood_pressure", 146, value_2=80), False),
    ("low pressure at 95", "hypertension_at_home", LOW, reading("blood_pressure", 95, value_2=60), True),
    ("low pressure at 94", "hypertension_at_home", LOW, reading("blood_pressure", 94, value_2=60), False),
    (
        "low pressure at 95, still dizzy",
        "hypertension_at_home",
        LOW,
        reading("blood_pressure", 95, value_2=60, symptoms=("dizziness",)),
        False,
    ),
    ("pulse at 95", "copd_oximetry", HIGH, reading("pulse", 95), True),
    ("pulse at 96", "copd_oximetry", HIGH, reading("pulse", 96), False),
    ("glucose at 4.5", "diabetes", LOW, reading("glucose", 4.5), True),
    ("glucose at 4.4", "diabetes", LOW, reading("glucose", 4.4), False),
    ("LO", "diabetes", LOW, reading("glucose", comparator="<"), False),
    ("HI after a low", "diabetes", LOW, reading("glucose", comparator=">"), True),
    ("no number", "diabetes", LOW, reading("glucose"), False),
    ("no limit at all", "heart_failure", HIGH, reading("blood_pressure", 120, value_2=80), False),
]


@pytest.mark.parametrize("name, direction, one, safe", [row[1:] for row in LEVELS], ids=[row[0] for row in LEVELS])
def test_levels_settle_by_the_margin(name: str, direction: Direction, one: Observed, safe: bool) -> None:
    key = (one.measure, direction, Family.LEVEL)
    assert settling.safe_side([plan(name)], key, one, zone=shipped.LONDON) is safe


def test_a_personal_limit_settles_by_itself() -> None:
    khan = [plan("copd_oximetry", shipped.LIND_88_92)]
    key = ("oxygen_saturation", LOW, Family.LEVEL)
    assert settling.safe_side(khan, key, reading("oxygen_saturation", 89), zone=shipped.LONDON)
    assert not settling.safe_side(khan, key, reading("oxygen_saturation", 88.5), zone=shipped.LONDON)


def test_every_plan_must_agree() -> None:
    key, one = ("pulse", HIGH, Family.LEVEL), reading("pulse", 100)
    assert settling.safe_side([plan("heart_failure")], key, one, zone=shipped.LONDON)
    assert not settling.safe_side([plan("heart_failure"), plan("copd_oximetry")], key, one, zone=shipped.LONDON)


@pytest.mark.parametrize("value, safe", [(81.5, True), (81.6, False), (82.0, False)])
def test_a_change_settles_half_a_kilogram_below_its_limit(value: float, safe: bool) -> None:
    window = [reading("weight", 80, 2, hours=-24)]
    key, now = ("weight", HIGH, Family.CHANGE), reading("weight", value)
    assert settling.safe_side([plan("heart_failure")], key, now, window, zone=shipped.LONDON) is safe


def test_what_cannot_be_told_or_asked_settles_nothing() -> None:
    plans, one = [plan("heart_failure")], reading("weight", 80)
    assert not settling.safe_side(plans, ("weight", HIGH, Family.CHANGE), one, zone=shipped.LONDON)
    assert not settling.safe_side(plans, ("weight", NONE, Family.ANSWERS), one, zone=shipped.LONDON)
    assert not settling.safe_side(plans, ("pulse", HIGH, Family.LEVEL), one, zone=shipped.LONDON)
