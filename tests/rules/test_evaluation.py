"""What readings mean: the personas, the words, the origins of limits, several plans at once."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.protocols import applied, content
from app.protocols.content import Direction, Family, Severity
from app.readings.observed import Observed
from app.rules import findings
from tests.rules import shipped
from tests.rules.shipped import judge, plan, reading

MARY = [plan("copd_oximetry"), plan("heart_failure")]
KHAN = [plan("copd_oximetry", shipped.LIND_88_92)]


def test_88_on_air_is_red_for_mary_who_has_no_target() -> None:
    (finding,) = judge(MARY, reading("oxygen_saturation", 88, on_oxygen=False))
    assert (finding.severity, finding.rule, finding.late) == (Severity.RED, "saturation_low", False)
    assert finding.key == ("oxygen_saturation", Direction.LOW, Family.LEVEL)
    assert (finding.limit, finding.limit_name, finding.limit_origin) == (93, "oxygen_saturation.low.red", "protocol")
    assert finding.why == ("Oxygen saturation 88% on air is below 93 (limit of COPD oximetry at home, version 1).")
    assert "999" in finding.do
    assert finding.hazards == ("HZ-OX-LOW", "HZ-OX-WRONG")


def test_88_on_air_is_no_finding_for_mr_khan_whose_target_is_88_to_92() -> None:
    assert judge(KHAN, reading("oxygen_saturation", 88, on_oxygen=False)) == []


def test_mr_khans_limit_says_who_set_it() -> None:
    (finding,) = judge(KHAN, reading("oxygen_saturation", 87, on_oxygen=True))
    assert (finding.severity, finding.limit, finding.limit_origin) == (Severity.RED, 88, "personal")
    assert finding.why == (
        "Oxygen saturation 87% on oxygen is below 88 (limit for this patient, set by Dr Lind, 3 March 2026)."
    )


def test_93_on_oxygen_is_a_finding_of_its_own_for_mr_khan_only() -> None:
    (finding,) = judge(KHAN, reading("oxygen_saturation", 93, on_oxygen=True))
    assert finding.key == ("oxygen_saturation", Direction.HIGH, Family.LEVEL)
    assert judge(MARY, reading("oxygen_saturation", 97, on_oxygen=True)) == []


WORDS = [
    (
        "diabetes",
        reading("glucose", 3.9965),
        "Glucose 4.0 mmol/L is below 4 (it is 3.997) (limit of Diabetes at home, version 1).",
    ),
    (
        "diabetes",
        reading("glucose", comparator="<"),
        "Glucose LO (below what the meter reads) is below every limit; the first is 3"
        " (limit of Diabetes at home, version 1).",
    ),
    (
        "diabetes",
        reading("glucose", 14.5, meal="fasting"),
        "Glucose 14.5 mmol/L before eating in the morning is above 14 (limit of Diabetes at home, version 1).",
    ),
    (
        "hypertension_at_home",
        reading("blood_pressure", 185, value_2=121, symptoms=("chest_pain",)),
        "Blood pressure 185/121 mmHg with chest pain: systolic 185 is at or above 180 and diastolic 121 is at or"
        " above 120 (limit of High blood pressure at home, version 1).",
    ),
    (
        "hypertension_at_home",
        reading("blood_pressure", 89.6, value_2=60),
        "Blood pressure 90/60 mmHg: systolic 89.6 is below 90 (limit of High blood pressure at home, version 1).",
    ),
    (
        "heart_failure",
        reading("pulse", 70, symptoms=("dizziness", "swelling")),
        "Pulse 70 beats a minute was sent with: new swelling.",
    ),
]


@pytest.mark.parametrize("name, one, why", WORDS)
def test_why_in_plain_words(name: str, one: Observed, why: str) -> None:
    assert [finding.why for finding in judge([plan(name)], one)] == [why]


def test_a_change_says_from_what_and_when() -> None:
    window = [reading("weight", 80, 2, hours=-48)]
    (finding,) = judge([plan("heart_failure")], reading("weight", 82.3), window)
    assert finding.why == (
        "Weight 82.3 kg is 2.3 kg more than 80.0 kg on 28 February at 08:00"
        " (limit of Heart failure at home, version 1)."
    )
    assert finding.key == ("weight", Direction.HIGH, Family.CHANGE)


def test_a_repeat_is_said() -> None:
    first, second = (reading("blood_pressure", 185, n, hours=n / 10, value_2=90) for n in (1, 2))
    (finding,) = judge([plan("hypertension_at_home")], second, [first])
    assert finding.why.endswith("A repeat within 30 minutes confirmed it.")


def test_several_plans_are_all_judged_and_the_worst_is_known() -> None:
    found = judge([plan("heart_failure"), plan("copd_oximetry")], reading("pulse", 112))
    assert [(one.protocol, one.severity) for one in found] == [
        ("heart_failure", Severity.AMBER),
        ("copd_oximetry", Severity.RED),
    ]
    assert len({one.key for one in found}) == 1
    assert findings.worst(one.severity for one in found) is Severity.RED
    assert findings.worst([]) is None


def test_symptoms_open_nothing_of_their_own_beside_an_emergency() -> None:
    for plans in (MARY, MARY[::-1]):
        found = judge(plans, reading("pulse", 140, symptoms=("chest_pain",)))
        assert {(one.rule, one.severity) for one in found} == {("pulse_high", Severity.EMERGENCY)}


def test_a_measure_no_plan_asks_for_is_no_finding() -> None:
    assert judge(MARY, reading("glucose", 1.0)) == []
    assert judge([], reading("oxygen_saturation", 60)) == []


def test_severities_have_an_order() -> None:
    ranks = [severity.rank for severity in content.Severity]
    assert ranks == sorted(ranks)


def test_a_team_limit_gives_way_to_a_personal_one() -> None:
    name = "oxygen_saturation.low.amber"
    merged = applied.apply(
        UUID(int=1),
        shipped.PROTOCOLS["copd_oximetry"],
        team={name: applied.Limit(96, "team", "Priya Shah", "1 March 2026")},
        personal={name: applied.Limit(94, "personal", "Dr Lind", "2 March 2026")},
    )
    assert judge([merged], reading("oxygen_saturation", 94)) == []
    assert judge([merged], reading("oxygen_saturation", 93.5))[0].limit_origin == "personal"
