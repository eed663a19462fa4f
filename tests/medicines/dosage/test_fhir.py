"""FHIR Dosage and Timing as patterns, and each reason why there can be none, with its pointer."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.medicines.dosage import fhir
from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Elapsed, Phases

FIRST_AT = datetime(2026, 11, 16, 9, tzinfo=UTC)


def read(*dosages: Any) -> fhir.Reading:
    return fhir.read(list(dosages), FIRST_AT)


def repeat(**said: Any) -> dict[str, Any]:
    return {"timing": {"repeat": said}}


def daily(times: int = 1, **more: Any) -> dict[str, Any]:
    return repeat(frequency=times, period=1, periodUnit="d", **more)


def only(*dosages: Any) -> fhir.Planned:
    reading = read(*dosages)
    assert reading.problems == ()
    assert len(reading.planned) == 1
    return reading.planned[0]


def phase(*dosages: Any) -> Any:
    pattern = only(*dosages).pattern
    assert isinstance(pattern, Phases)
    return pattern.phases[0]


def moments(*dosages: Any) -> list[Any]:
    return [(slot.at or slot.anchor, slot.offset // timedelta(minutes=1)) for slot in phase(*dosages).slots]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        (daily(), Days()),
        (repeat(frequency=1, period=2, periodUnit="d"), Days(every=2)),
        (repeat(frequency=1, period=1, periodUnit="wk"), Days(every=7)),
        (repeat(frequency=1, period=2, periodUnit="wk"), Days(every=14)),
        (repeat(frequency=1, period=1, periodUnit="wk", dayOfWeek=["mon"]), Days(weekdays=frozenset({1}))),
        (
            repeat(frequency=2, period=2, periodUnit="wk", dayOfWeek=["tue", "fri"]),
            Days(weekdays=frozenset({2, 5}), every_weeks=2),
        ),
        (daily(4, dayOfWeek=["sun"]), Days(weekdays=frozenset({7}))),
        (repeat(dayOfWeek=["wed"], timeOfDay=["09:00:00"]), Days(weekdays=frozenset({3}))),
        ({"timing": {"code": {"coding": [{"code": "QOD"}]}}}, Days(every=2)),
    ],
)
def test_days(said: dict[str, Any], days: Days) -> None:
    assert phase(said).days == days


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (daily(2, timeOfDay=["20:00:00", "08:00:00"]), [(time(8), 0), (time(20), 0)]),
        (repeat(timeOfDay=["09:00:00"]), [(time(9), 0)]),
        (daily(when=["ACM"], offset=30), [(Anchor.BREAKFAST, -30)]),
        (daily(when=["PCV"], offset=15), [(Anchor.EVENING_MEAL, 15)]),
        (daily(when=["CD"]), [(Anchor.LUNCH, 0)]),
        (daily(when=["HS"]), [(Anchor.BEDTIME, 0)]),
        (daily(2, when=["WAKE", "HS"]), [(Anchor.WAKING, 0), (Anchor.BEDTIME, 0)]),
        (daily(3, when=["C"]), [(Anchor.BREAKFAST, 0), (Anchor.LUNCH, 0), (Anchor.EVENING_MEAL, 0)]),
        (daily(3, when=["AC"], offset=20), [(Anchor.BREAKFAST, -20), (Anchor.LUNCH, -20), (Anchor.EVENING_MEAL, -20)]),
    ],
)
def test_moments_that_are_stated(said: dict[str, Any], expected: list[Any]) -> None:
    assert moments(said) == expected
    assert only(said).supposed == ()


@pytest.mark.parametrize("times", range(1, 7))
def test_times_that_nobody_stated_are_only_supposed(times: int) -> None:
    planned = only(daily(times))
    assert planned.supposed == ("The times of the day are not said.",)
    assert len(phase(daily(times)).slots) == times


def test_times_that_the_text_names_are_offered() -> None:
    assert moments({"text": "one at bedtime", **daily()}) == [(Anchor.BEDTIME, 0)]
    assert moments({"text": "at 8am and 9pm", **daily(2)}) == [(time(8), 0), (time(21), 0)]
    assert only({"text": "one at bedtime", **daily()}).supposed


@pytest.mark.parametrize(
    ("code", "slots"), [("QD", 1), ("BID", 2), ("BD", 2), ("TID", 3), ("TDS", 3), ("QID", 4), ("QDS", 4), ("BED", 1)]
)
def test_timing_codes(code: str, slots: int) -> None:
    assert len(phase({"timing": {"code": {"coding": [{"code": code}]}}}).slots) == slots


def test_hours_are_elapsed() -> None:
    said = repeat(frequency=1, period=6, periodUnit="h")
    planned = only(said)
    assert planned.pattern == Elapsed(timedelta(hours=6), FIRST_AT)
    assert planned.supposed == ("When the first one is taken is not said.",)
    coded = {"timing": {"code": {"coding": [{"code": "Q4H"}]}}}
    assert only(coded).pattern == Elapsed(timedelta(hours=4), FIRST_AT)
    start = "2026-11-17T06:00:00+00:00"
    started = only(repeat(frequency=1, period=72, periodUnit="h", boundsPeriod={"start": start}))
    assert started.pattern == Elapsed(timedelta(hours=72), datetime(2026, 11, 17, 6, tzinfo=UTC))
    assert started.supposed == ()
    assert started.starts_on == date(2026, 11, 17)


@pytest.mark.parametrize(
    ("bounds", "length"),
    [
        ({"boundsDuration": {"value": 5, "code": "d"}}, 5),
        ({"boundsDuration": {"value": 2, "unit": "wk"}}, 14),
        ({"boundsPeriod": {"start": "2026-11-16", "end": "2026-11-22"}}, 7),
        ({"boundsPeriod": {"start": "2026-11-16"}}, None),
        ({"count": 10}, 5),
    ],
)
def test_bounds(bounds: dict[str, Any], length: int | None) -> None:
    assert phase(daily(2, **bounds)).length == length
    assert only(daily(2, **bounds)).lasts == length


def tablets(number: float, unit: str = "tablet") -> dict[str, Any]:
    return {"doseAndRate": [{"doseQuantity": {"value": number, "unit": unit}}]}


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        (tablets(2), Decimal(2)),
        (tablets(0.5, "TAB"), Decimal("0.5")),
        (tablets(10, "ml"), Decimal(10)),
        (tablets(500, "mg"), None),
        ({"doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2}}}]}, None),
        ({}, None),
    ],
)
def test_amounts_are_in_units_of_the_form(said: dict[str, Any], amount: Decimal | None) -> None:
    assert phase({**daily(), **said}).slots[0].amount == amount


LIMIT = {"numerator": {"value": 8, "unit": "tablet"}, "denominator": {"value": 1, "code": "d"}}
HOURLY = repeat(frequency=1, period=4, periodMax=6, periodUnit="h")


@pytest.mark.parametrize(
    "said",
    [
        {"asNeededBoolean": True, "maxDosePerPeriod": LIMIT},
        {"asNeededCodeableConcept": {"text": "pain"}, "maxDosePerPeriod": LIMIT},
        {"asNeeded": True, "maxDosePerPeriod": [LIMIT]},
        {"asNeededFor": [{"text": "pain"}], "maxDosePerPeriod": [LIMIT]},
    ],
)
def test_as_needed_in_the_words_of_both_releases(said: dict[str, Any]) -> None:
    assert only({**HOURLY, **tablets(2), **said}).pattern == AsNeeded(timedelta(hours=4), Decimal(8), Decimal(2))


def test_so_many_times_when_needed_is_a_limit() -> None:
    up_to = repeat(frequency=1, frequencyMax=4, period=1, periodUnit="d")
    assert only({**up_to, **tablets(2), "asNeededBoolean": True}).pattern == AsNeeded(None, Decimal(8), Decimal(2))


def step(number: int, **more: Any) -> dict[str, Any]:
    return {"sequence": number, **daily(timeOfDay=["08:00:00"], **more)}


def test_equal_sequence_is_at_the_same_time() -> None:
    both = read({"sequence": 1, **daily(when=["CM"])}, {"sequence": 1, **repeat(frequency=1, period=2, periodUnit="d")})
    assert len(both.planned) == 2
    merged = phase({"sequence": 1, **daily(when=["CM"])}, {"sequence": 1, **daily(when=["HS"])})
    assert [(slot.number, slot.anchor) for slot in merged.slots] == [(0, Anchor.BREAKFAST), (1, Anchor.BEDTIME)]


def test_different_sequence_is_in_order_whatever_the_order_of_the_list() -> None:
    bounds = {"boundsDuration": {"value": 3, "code": "d"}}
    planned = only({**step(2), **tablets(1)}, {**step(1, **bounds), **tablets(2)})
    assert isinstance(planned.pattern, Phases)
    assert [(one.slots[0].amount, one.length) for one in planned.pattern.phases] == [(2, 3), (1, None)]


def test_a_gap_between_steps_is_never_bridged() -> None:
    first = step(1, boundsPeriod={"start": "2026-11-01", "end": "2026-11-05"})
    for start, word in (("2026-11-08", "a gap"), ("2026-11-05", "an overlap")):
        reading = read(first, step(2, boundsPeriod={"start": start, "end": "2026-11-20"}))
        assert isinstance(reading.planned[0].pattern, AsDirected)
        assert word in reading.problems[0].says
        assert reading.problems[0].pointer == "/dosageInstruction/1"
    joined = only(first, step(2, boundsPeriod={"start": "2026-11-06", "end": "2026-11-20"}))
    assert joined.lasts == 20


REFUSED = [
    (repeat(frequency=1, period=15, periodUnit="min"), "timing/repeat/periodUnit"),
    (repeat(frequency=1, period=1, periodUnit="mo"), "timing/repeat/periodUnit"),
    (repeat(frequency=3, period=1, periodUnit="wk"), "timing/repeat/dayOfWeek"),
    (repeat(frequency=2, period=3, periodUnit="d"), "timing/repeat/period"),
    (repeat(frequency=1, period=0.5, periodUnit="d"), "timing/repeat/period"),
    (repeat(frequency=1, period=2, periodMax=3, periodUnit="d"), "timing/repeat/periodMax"),
    (repeat(frequency=2, period=6, periodUnit="h"), "timing/repeat/frequency"),
    (daily(2, timeOfDay=["08:00:00"]), "timing/repeat/frequency"),
    (daily(when=["PHS"]), "timing/repeat/when"),
    (daily(when=["C"]), "timing/repeat/when"),
    (daily(when=["CM"], timeOfDay=["08:00:00"]), "timing/repeat/timeOfDay"),
    (daily(timeOfDay=["late"]), "timing/repeat/timeOfDay"),
    (daily(dayOfWeek=["Monday"]), "timing/repeat/dayOfWeek"),
    (daily(boundsRange={"low": {"value": 5}}), "timing/repeat/boundsRange"),
    (daily(boundsDuration={"value": 2, "code": "mo"}), "timing/repeat/boundsDuration"),
    (daily(boundsPeriod={"start": "2026-11-09", "end": "2026-11-01"}), "timing/repeat/boundsPeriod"),
    (daily(boundsPeriod={"start": "2026-11"}), "timing/repeat/boundsPeriod/start"),
    (daily(countMax=3), "timing/repeat/countMax"),
    (daily(2, count=3), "timing/repeat/count"),
    (daily(duration=12, durationUnit="h"), "timing/repeat/duration"),
    (daily(7), "timing/repeat/frequency"),
    (daily(offset=30), "timing/repeat/offset"),
    (daily(skipping="every second"), "timing/repeat/skipping"),
    (daily(_frequency={"extension": []}), "timing/repeat/_frequency"),
    (repeat(frequency="two", period=1, periodUnit="d"), "timing/repeat/frequency"),
    (repeat(frequency=True, period=1, periodUnit="d"), "timing/repeat/frequency"),
    (repeat(frequency=-1, period=1, periodUnit="d"), "timing/repeat/frequency"),
    ({"timing": {"event": ["2026-11-16T08:00:00Z"]}}, "timing/event"),
    ({"timing": {"code": {"coding": [{"code": "C4"}]}}}, "timing/code"),
    ({"timing": {"code": {"coding": [{"code": "BID"}]}, **daily(3)["timing"]}}, "timing/code"),
    ({"timing": "daily"}, "timing"),
    ({"modifierExtension": [{"url": "x"}], **daily()}, "modifierExtension"),
    ({"asNeededBoolean": False, "asNeededCodeableConcept": {"text": "pain"}}, "asNeededBoolean"),
    ({"asNeededBoolean": "yes"}, "asNeededBoolean"),
    ({"doseAndRate": [{"rateQuantity": {"value": 4}}]}, "doseAndRate/0"),
    ({"doseAndRate": [*tablets(1)["doseAndRate"], *tablets(2)["doseAndRate"]]}, "doseAndRate"),
    ({"maxDosePerPeriod": {**LIMIT, "numerator": {"value": 4, "unit": "g"}}}, "maxDosePerPeriod/numerator"),
    ({"maxDosePerPeriod": {**LIMIT, "denominator": {"value": 1, "code": "wk"}}}, "maxDosePerPeriod/denominator"),
    ({"text": "increase each week", **daily()}, "text"),
    ({"text": "sliding scale insulin"}, "text"),
    ({"text": "500 mg daily", **daily(), **tablets(250, "mg")}, "doseAndRate/0"),
    ({"text": 5}, "text"),
]


@pytest.mark.parametrize(("said", "pointer"), REFUSED, ids=[f"{row[1]}-{n}" for n, row in enumerate(REFUSED)])
def test_what_cannot_be_kept_says_why_and_where(said: dict[str, Any], pointer: str) -> None:
    reading = read(said)
    assert f"/dosageInstruction/0/{pointer}" in [problem.pointer for problem in reading.problems]
    assert all(problem.says.endswith(".") for problem in reading.problems)
    (planned,) = reading.planned
    assert isinstance(planned.pattern, AsDirected)
    assert planned.pattern.why


@pytest.mark.parametrize("instructions", [None, [], {}, "text", [None], [1], 7])
def test_nothing_at_all_reminds_nobody(instructions: object) -> None:
    assert all(isinstance(one.pattern, AsDirected) for one in fhir.read(instructions, FIRST_AT).planned)


def test_ranges_without_a_decision_are_as_directed() -> None:
    for said in (HOURLY, repeat(frequency=1, frequencyMax=3, period=1, periodUnit="d")):
        assert isinstance(only(said).pattern, AsDirected)


def test_several_instructions_without_an_order_are_not_kept() -> None:
    assert read(daily(), daily(2)).problems[0].says == "There are several instructions and no order."


def test_unknown_fields_are_passed_over() -> None:
    assert only({"new": {"field": 1}, "_text": {"id": "x"}, "id": "a", **daily(timeOfDay=["08:00:00"])}).supposed == ()


def test_every_word_that_came_is_compared() -> None:
    said = {
        "text": "one tablet",
        "patientInstruction": "at bedtime",
        "additionalInstruction": [{"text": "with water"}, {"coding": [{"display": "With food"}]}],
        **daily(),
    }
    assert only(said).text == "one tablet; at bedtime; with water; With food"
