"""Times, limits and forms in words: tables of named cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.protocols import applied, asking, queries
from app.protocols.applied import AppliedPlan, Limit
from app.protocols.content import Severity
from app.readings import catalogue
from app.web import limits, moments, words
from app.web.patient import questions

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    {
        "today": (NOW, LONDON, "today at 10:00"),
        "in another zone": (NOW, NEW_YORK, "today at 05:00"),
        "yesterday there, today here": (NOW - timedelta(hours=6), NEW_YORK, "yesterday at 23:00"),
        "yesterday": (NOW - timedelta(days=1), LONDON, "yesterday at 10:00"),
        "tomorrow": (NOW + timedelta(days=1), LONDON, "tomorrow at 10:00"),
        "six days ago": (NOW - timedelta(days=6), LONDON, "Thursday at 10:00"),
        "a week ago": (NOW - timedelta(days=7), LONDON, "11 November at 10:00"),
        "in summer time": (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), LONDON, "1 July at 11:00"),
        "last year": (datetime(2025, 11, 18, 10, 0, tzinfo=UTC), LONDON, "18 November 2025 at 10:00"),
    }.values(),
)
def test_an_instant_in_words(at: datetime, zone: ZoneInfo, said: str) -> None:
    assert moments.words(at, NOW, zone) == said
    assert datetime.fromisoformat(moments.moment(at, NOW, zone)["iso"]) == at


@pytest.mark.parametrize(
    ("minutes", "words_", "state"),
    [
        (475.5, "7 h 55 min left", "ok"),
        (119, "119 min left", "ok"),
        (5.1, "5 min left", "ok"),
        (5, "5 min left", "soon"),
        (0.5, "Under a minute left", "soon"),
        (0, "Under a minute left", "soon"),
        (-0.5, "Late by under a minute", "late"),
        (-2, "Late by 2 min", "late"),
        (-150, "Late by 2 h 30 min", "late"),
    ],
)
def test_a_countdown(minutes: float, words_: str, state: str) -> None:
    due = moments.remaining(NOW + timedelta(minutes=minutes), NOW, LONDON)
    assert (due["words"], due["state"]) == (words_, state)


def test_a_deadline_and_an_age() -> None:
    assert moments.by(NOW, NOW, LONDON) == "10:00 today"
    assert moments.by(NOW + timedelta(days=5), NOW, LONDON) == "10:00 on Monday"
    assert moments.age(date(1948, 11, 18), date(2026, 11, 17)) == 77
    assert moments.age(date(1948, 11, 18), date(2026, 11, 18)) == 78


def plan(app: Flask, name: str, **own: float) -> AppliedPlan:
    with app.app_context():
        protocol = next(one for key, one in queries.registry().items() if key.startswith(f"{name}@"))
    limit = {name.replace("__", "."): value for name, value in own.items()}
    personal = {name: Limit(value, "personal", "Dr Lind", "2026-11-01") for name, value in limit.items()}
    return applied.apply(uuid4(), protocol, personal=personal)


@pytest.mark.parametrize(
    ("protocol", "measure", "own", "inside", "said"),
    {
        "one side": ("copd_oximetry", "oxygen_saturation", {}, [(95, None)], "95% or more"),
        "a target of one's own": (
            "copd_oximetry",
            "oxygen_saturation",
            {"oxygen_saturation__low__red__target": 88.0},
            [(88, None)],
            "88% or more",
        ),
        "the other side": ("copd_oximetry", "pulse", {}, [(None, 100)], "below 100 a minute"),
        "two numbers": ("hypertension_at_home", "blood_pressure", {}, [(90, 150), (None, 95)], "below 150/95 mmHg"),
        "only a lower one of two": ("heart_failure", "blood_pressure", {}, [], None),
        "none": ("heart_failure", "weight", {}, [], None),
    }.values(),
)
def test_where_nobody_needs_to_act(
    app: Flask,
    protocol: str,
    measure: str,
    own: dict[str, float],
    inside: list[tuple[float | None, float | None]],
    said: str | None,
) -> None:
    held = limits.held([plan(app, protocol, **own)], measure)
    assert [(band.low, band.high) for band in limits.inside(held)] == inside
    scales = catalogue.MEASURES[measure].scales
    expected = f"Inside the plan’s limits: {said}" if said else None
    assert limits.inside_words(held, words.unit(scales[0].unit)[0]) == expected


def test_of_two_plans_the_more_cautious_limit_is_shown_with_its_origin(app: Flask) -> None:
    plans = [plan(app, "copd_oximetry"), plan(app, "heart_failure")]
    found = {(one.direction, one.severity): one for one in limits.held(plans, "pulse")}
    assert found["high", Severity.AMBER].value == 100  # 110 in heart failure
    assert found["high", Severity.AMBER].words == "Amber: at or above 100"
    assert "COPD oximetry at home" in found["high", Severity.AMBER].origin
    assert found["low", Severity.RED].value == 40


def test_a_personal_limit_names_who_set_it(app: Flask) -> None:
    own = plan(app, "copd_oximetry", oxygen_saturation__low__red__target=88.0)
    (one,) = limits.held([own], "oxygen_saturation")
    assert one.origin == "limit for this patient, set by Dr Lind, 2026-11-01"


def test_what_is_asked_for_a_day_is_what_the_plans_say(app: Flask) -> None:
    asked = {one.measure: one.times for one in asking.asked([plan(app, "copd_oximetry"), plan(app, "diabetes")])}
    assert asked["oxygen_saturation"] == 2
    assert asked["ketones"] == 0  # only when there is a reason
    assert asked["glucose"] == 4  # before meals and at bedtime
    assert asked["pulse"] == 2  # with each saturation


@pytest.mark.parametrize("name", catalogue.MEASURES)
def test_every_measure_has_a_form(app: Flask, name: str) -> None:
    measure = catalogue.MEASURES[name]
    assert questions.boxes(measure) or questions.choices(measure)
    assert words.title(measure)
    for box in questions.boxes(measure):
        assert box.unit
        assert box.spoken


@pytest.mark.parametrize(
    ("number", "said"),
    [("+447700900201", "07700 900201"), ("+4915112345678", "+49 1511 2345678"), ("none", "none")],
)
def test_a_phone_as_people_write_it(number: str, said: str) -> None:
    assert words.phone(number) == said


@pytest.mark.parametrize(("code", "said"), [("ur", "Urdu"), ("pt-BR", "Portuguese (Brazil)"), ("xx-bad!", "xx-bad!")])
def test_a_language_by_its_name(code: str, said: str) -> None:
    assert words.language(code) == said
