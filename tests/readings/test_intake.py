"""What becomes of an entry: stored as canonical columns, marked as unusual, or refused with its reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readings import catalogue, intake

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID = UUID(int=7)


def entry(measure: str, value: object = None, unit: str | None = None, **more: Any) -> intake.Entry:
    return intake.Entry(ID, measure, more.pop("measured_at", NOW), value, unit, **more)


def pressure(systolic: object, diastolic: object, unit: str | None = "mm[Hg]") -> intake.Entry:
    parts = {"systolic": {"value": systolic, "unit": unit}, "diastolic": {"value": diastolic, "unit": unit}}
    return entry("blood_pressure", components=parts)


def kept(sent: intake.Entry, **more: Any) -> intake.Accepted:
    result = intake.examine(sent, now=NOW, **more)
    assert isinstance(result, intake.Accepted), result
    return result


def refused(sent: intake.Entry, **more: Any) -> dict[str, str]:
    result = intake.examine(sent, now=NOW, **more)
    assert isinstance(result, intake.Refused), result
    return dict(result.reasons)


@pytest.mark.parametrize(
    "sent, columns",
    [
        (pressure(142, 88), (142.0, 88.0, None, None)),
        (pressure(19, 12, "kPa"), (142.51178, 90.00744, None, None)),
        (entry("oxygen_saturation", 88, "%"), (88.0, None, None, None)),
        (entry("oxygen_saturation", 0.93, "1"), (93.0, None, None, None)),
        (entry("temperature", 100.4, "[degF]"), (38.0, None, None, None)),
        (entry("weight", 12, "st"), (76.20351816, None, None, None)),
        (entry("glucose", 180.156, "mg/dL"), (10.0, None, None, None)),
        (entry("glucose", "LO", "mmol/L"), (None, None, "<", None)),
        (entry("glucose", "Hi"), (None, None, ">", None)),
        (entry("ketones", "HI", "mmol/L"), (None, None, ">", None)),
        (entry("ketones", 0, "mmol/L"), (0.0, None, None, None)),
        (entry("pain", 7.0, "{score}"), (7.0, None, None, None)),
        (entry("pain", 7), (7.0, None, None, None)),
        (entry("consciousness", "A"), (None, None, None, "A")),
        (entry("steps", 8574, "/d"), (8574.0, None, None, None)),
    ],
)
def test_what_is_stored(sent: intake.Entry, columns: tuple[object, ...]) -> None:
    got = kept(sent)
    assert (got.value, got.value_2, got.comparator, got.code) == columns


REFUSED = [
    ("unknown measure", entry("aura", 5), "/measure", "do not know"),
    ("a derived total", entry("news2", 5), "/measure", "do not know"),
    ("no value", entry("pulse", None, "/min"), "/value", "number"),
    ("yes for a number", entry("pulse", True, "/min"), "/value", "number"),
    ("yes for a pain", entry("pain", True), "/value", "Pain is a number"),
    ("text for a number", entry("pulse", "72", "/min"), "/value", "number"),
    ("not a number", entry("pulse", float("nan"), "/min"), "/value", "number"),
    ("endless", entry("pulse", float("inf"), "/min"), "/value", "number"),
    ("a huge whole number", entry("pulse", 10**400, "/min"), "/value", "number"),
    ("a huge number in another unit", entry("weight", 1e308, "st"), "/value", "not possible"),
    ("LO where no meter says so", entry("pulse", "LO", "/min"), "/value", "no value of it"),
    ("LO for ketones", entry("ketones", "LO"), "/value", "no value of it"),
    ("LO in kilograms", entry("glucose", "LO", "kg"), "/unit", "mmol/L or mg/dL"),
    ("a unit that does not fit", entry("weight", 80, "mmHg"), "/unit", "kg or lb or st"),
    ("a unit nobody knows", entry("weight", 80, "slugs"), "/unit", "kg or lb or st"),
    ("glucose 40 without unit", entry("glucose", 40), "/unit", "40 could be mmol/L or mg/dL"),
    ("glucose 100 without unit", entry("glucose", 100), "/unit", "could be"),
    ("weight 80 without unit", entry("weight", 80), "/unit", "80 could be kg or lb"),
    ("weight 25 without unit", entry("weight", 25), "/unit", "25 could be kg or st"),
    ("temperature 98.6 without unit", entry("temperature", 98.6), "/value", "not possible"),
    ("a fraction labelled %", entry("oxygen_saturation", 0.97, "%"), "/value", "Send it as 97%"),
    ("a bare fraction", entry("oxygen_saturation", 0.97), "/value", "Send it as 97%"),
    ("saturation over 100", entry("oxygen_saturation", 1.01, "1"), "/value", "not possible"),
    ("glucose of nothing", entry("glucose", 0, "mmol/L"), "/value", "not possible"),
    ("glucose of 61", entry("glucose", 61, "mmol/L"), "/value", "not possible"),
    ("a failed blow", entry("peak_flow", 0, "L/min"), "/value", "not possible"),
    ("half a pain", entry("pain", 6.5), "/value", "whole"),
    ("MRC grade 0", entry("breathlessness_mrc", 0), "/value", "not possible"),
    ("mMRC grade 5", entry("breathlessness_mmrc", 5), "/value", "not possible"),
    ("an answer not in the list", entry("consciousness", "X"), "/value", "A, C, V, P, U"),
    ("a number for an answer", entry("consciousness", 1), "/value", "A, C, V, P, U"),
    ("an answer with a unit", entry("consciousness", "A", "%"), "/unit", "no unit"),
    ("pressure as one value", entry("blood_pressure", 142, "mmHg"), "/components", "systolic and diastolic"),
    ("half a pressure", entry("blood_pressure", components={"systolic": {"value": 142}}), "/components", "systolic"),
    ("another component", entry("blood_pressure", components={"systolic": {}, "x": {}}), "/components", ""),
    ("components of a pulse", entry("pulse", components={"systolic": {"value": 1}}), "/components", "one value"),
    ("pressure swapped", pressure(80, 120), "/components", "swapped"),
    ("pressure equal", pressure(90, 90), "/components", "swapped"),
    ("systolic 301", pressure(301, 90), "/components/systolic/value", "not possible"),
    ("diastolic 19", pressure(120, 19), "/components/diastolic/value", "not possible"),
    ("diastolic in kg", pressure(120, 80, "kg"), "/components/diastolic/unit", "mmHg or kPa"),
    ("tomorrow", entry("pulse", 70, measured_at=NOW + timedelta(minutes=10, seconds=1)), "/measured_at", "future"),
    ("the end of time", entry("pulse", 70, measured_at=datetime.max.replace(tzinfo=UTC)), "/measured_at", "future"),
    ("the beginning of time", entry("pulse", 70, measured_at=datetime.min.replace(tzinfo=UTC)), "/measured_at", "1900"),
    ("1899", entry("pulse", 70, measured_at=datetime(1899, 12, 31, tzinfo=UTC)), "/measured_at", "1900"),
    ("no offset", entry("pulse", 70, measured_at=NOW.replace(tzinfo=None)), "/measured_at", "offset"),
    ("a source nobody knows", entry("pulse", 70, source="dream"), "/source", "typed"),
    ("16 litres", entry("oxygen_saturation", 90, "%", context={"oxygen_flow": 16}), "/context/oxygen_flow", "15"),
    ("air and 2 l", entry("pulse", 70, context={"on_oxygen": False, "oxygen_flow": 2}), "/context/oxygen_flow", "air"),
    ("oxygen, perhaps", entry("pulse", 70, context={"on_oxygen": "yes"}), "/context/on_oxygen", "true or false"),
    ("rest, perhaps", entry("pulse", 70, context={"at_rest": 1}), "/context/at_rest", "true or false"),
    ("an unknown meal", entry("glucose", 5, "mmol/L", context={"meal": "tea"}), "/context/meal", "fasting"),
    ("an unknown symptom", entry("pulse", 70, context={"symptoms": ["ennui"]}), "/context/symptoms", "chest_pain"),
    ("one symptom, no list", entry("pulse", 70, context={"symptoms": "chest_pain"}), "/context/symptoms", "list"),
]  # fmt: skip


@pytest.mark.parametrize("sent, field, words", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused_and_why(sent: intake.Entry, field: str, words: str) -> None:
    reasons = refused(sent)
    assert words in reasons[field]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    parts = {"systolic": {"value": 500, "unit": "mmHg"}, "diastolic": {"value": "x", "unit": "mmHg"}}
    sent = entry("blood_pressure", components=parts, measured_at=NOW + timedelta(days=1), context={"at_rest": "no"})
    assert set(refused(sent)) == {
        "/components/systolic/value",
        "/components/diastolic/value",
        "/measured_at",
        "/context/at_rest",
    }


EARLIER = intake.Known(previous=intake.Earlier(80.0, NOW - timedelta(hours=24)))
DAYS_AGO = intake.Known(previous=intake.Earlier(80.0, NOW - timedelta(hours=25)))
GRADE_2 = intake.Known(previous=intake.Earlier(2.0, NOW - timedelta(days=30)))
UNUSUAL = [
    ("systolic 179", pressure(179, 90), intake.NOTHING_KNOWN, False),
    ("systolic 180", pressure(180, 90), intake.NOTHING_KNOWN, True),
    ("diastolic 120", pressure(170, 120), intake.NOTHING_KNOWN, True),
    ("pulse pressure 14", pressure(104, 90), intake.NOTHING_KNOWN, True),
    ("pulse pressure 15", pressure(105, 90), intake.NOTHING_KNOWN, False),
    ("pulse pressure 121", pressure(175, 54), intake.NOTHING_KNOWN, True),
    ("saturation 91", entry("oxygen_saturation", 91, "%"), intake.NOTHING_KNOWN, True),
    ("saturation 92", entry("oxygen_saturation", 92, "%"), intake.NOTHING_KNOWN, False),
    ("saturation 88 with floor 88", entry("oxygen_saturation", 88, "%"), intake.Known(floor=88), False),
    ("saturation 87 with floor 88", entry("oxygen_saturation", 87, "%"), intake.Known(floor=88), True),
    ("LO", entry("glucose", "LO"), intake.NOTHING_KNOWN, True),
    ("5 kg in 24 h", entry("weight", 85, "kg"), EARLIER, False),
    ("5.1 kg in 24 h", entry("weight", 85.1, "kg"), EARLIER, True),
    ("5.1 kg lost in 24 h", entry("weight", 74.9, "kg"), EARLIER, True),
    ("5.1 kg in 25 h", entry("weight", 85.1, "kg"), DAYS_AGO, False),
    ("peak flow 1.3 x best", entry("peak_flow", 520, "L/min"), intake.Known(best=400), False),
    ("peak flow above 1.3 x best", entry("peak_flow", 521, "L/min"), intake.Known(best=400), True),
    ("peak flow half of best", entry("peak_flow", 200, "L/min"), intake.Known(best=400), False),
    ("peak flow under half of best", entry("peak_flow", 199, "L/min"), intake.Known(best=400), True),
    ("FEV1 a fifth down", entry("fev1", 1.6, "L"), intake.Known(best=2.0), False),
    ("FEV1 more than a fifth down", entry("fev1", 1.59, "L"), intake.Known(best=2.0), True),
    ("one grade worse", entry("breathlessness_mrc", 3), GRADE_2, True),
    ("the same grade", entry("breathlessness_mrc", 2), GRADE_2, False),
    ("alert", entry("consciousness", "A"), intake.NOTHING_KNOWN, False),
    ("newly confused", entry("consciousness", "C"), intake.NOTHING_KNOWN, True),
]


@pytest.mark.parametrize("sent, known, marked", [row[1:] for row in UNUSUAL], ids=[row[0] for row in UNUSUAL])
def test_what_is_kept_but_asked_again(sent: intake.Entry, known: intake.Known, marked: bool) -> None:
    assert ("confirm" in kept(sent, known=known).marks) is marked


def test_ten_minutes_ahead_is_kept_and_marked() -> None:
    ahead = kept(entry("pulse", 70, measured_at=NOW + timedelta(minutes=10)))
    assert (ahead.measured_at, ahead.marks) == (NOW + timedelta(minutes=10), {"ahead"})
    assert kept(entry("pulse", 70)).marks == frozenset()


def test_a_fast_clock_is_corrected_by_the_time_it_says_it_sent() -> None:
    given_at = NOW + timedelta(hours=3)
    fixed = kept(entry("pulse", 70, measured_at=given_at), sent_at=given_at + timedelta(minutes=20))
    assert (fixed.measured_at, fixed.given_at, fixed.marks) == (NOW - timedelta(minutes=20), given_at, {"clock"})


def test_a_fast_clock_never_puts_a_reading_after_now() -> None:
    given_at = NOW + timedelta(hours=3)
    fixed = kept(entry("pulse", 70, measured_at=given_at), sent_at=given_at - timedelta(minutes=5))
    assert fixed.measured_at == NOW


@pytest.mark.parametrize("sent_at", [NOW, NOW + timedelta(hours=2), datetime.max.replace(tzinfo=UTC)])
def test_a_sending_time_that_explains_nothing_corrects_nothing(sent_at: datetime) -> None:
    assert (
        "future" in refused(entry("pulse", 70, measured_at=NOW + timedelta(hours=3)), sent_at=sent_at)["/measured_at"]
    )


def test_what_was_typed_is_kept_beside_the_canonical_value() -> None:
    got = kept(
        entry(
            "glucose",
            100,
            "mg/dl",
            source="device",
            device="meter-1",
            context={"meal": "before", "which": "supper", "symptoms": ["dizziness", "unwell", "dizziness"]},
        )
    )
    assert got.value == pytest.approx(5.5507, abs=5e-5)
    assert got.entered == {"value": 100, "unit": "mg/dl", "context": {"which": "supper"}}
    assert (got.meal, got.symptoms, got.source, got.device) == ("before", ("dizziness", "unwell"), "device", "meter-1")


def test_a_flow_of_oxygen_says_that_oxygen_is_on() -> None:
    got = kept(entry("oxygen_saturation", 90, "%", context={"oxygen_flow": 2}))
    assert (got.on_oxygen, got.oxygen_flow) == (True, 2.0)
    assert kept(entry("oxygen_saturation", 90, "%", context={"on_oxygen": False, "oxygen_flow": 0})).on_oxygen is False


_anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.sampled_from(["LO", "HI", 10**400, [], {}]),
)
_units = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["%", "1", "kg", "mg/dL", "mmol/L", "kPa", "st"]))
_times = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]))


@given(
    measure=st.sampled_from([*catalogue.MEASURES, "", "aura"]),
    value=_anything,
    unit=_units,
    measured_at=st.one_of(st.just(NOW), _times),
    sent_at=st.one_of(st.none(), _times),
    components=st.one_of(
        st.none(),
        st.dictionaries(
            st.sampled_from(["systolic", "diastolic", "other"]),
            st.fixed_dictionaries({}, optional={"value": _anything, "unit": _anything}),
        ),
    ),
    context=st.dictionaries(
        st.sampled_from(["on_oxygen", "oxygen_flow", "at_rest", "meal", "symptoms", "x"]), _anything
    ),
)
def test_anything_at_all_is_either_possible_or_refused_with_reasons(
    measure: str, value: object, unit: str | None, measured_at: datetime, sent_at: datetime | None, **more: Any
) -> None:
    result = intake.examine(entry(measure, value, unit, measured_at=measured_at, **more), now=NOW, sent_at=sent_at)
    if isinstance(result, intake.Refused):
        assert result.reasons
        return
    assert intake.EARLIEST <= result.measured_at <= NOW + intake.MAY_BE_AHEAD
    pair = [number for number in (result.value, result.value_2) if number is not None]
    scales = catalogue.MEASURES[measure].scales
    assert not any(scale.reject.hold(number) for scale, number in zip(scales, pair, strict=False))
    assert bool(pair) + (result.comparator is not None) + (result.code is not None) == 1
