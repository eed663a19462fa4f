"""The geometry of trend charts: where things stand, what is left out, what is never joined."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import charts

LONDON = ZoneInfo("Europe/London")
END = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = END - timedelta(days=30)


def lay_out(points: list[charts.Point], **options: object) -> charts.Trend:
    given_options = {"start": START, "end": END, "zone": LONDON} | options
    return charts.trend(points, **given_options)  # type: ignore[arg-type]


def at(days_ago: float, value: float | None, **more: object) -> charts.Point:
    return charts.Point(END - timedelta(days=days_ago), value, **more)  # type: ignore[arg-type]


def test_later_is_further_right_and_higher_is_further_up() -> None:
    early, late = lay_out([at(1, 96), at(9, 88)]).dots
    assert early.x < late.x
    assert early.y > late.y


def test_readings_outside_the_window_are_not_drawn() -> None:
    assert len(lay_out([at(31, 95), at(5, 95), at(-1, 95)]).dots) == 1


@pytest.mark.parametrize(
    ("comparator", "edge", "toward"),
    [("<", "low", "bottom"), (">", "high", "top")],
    ids=["LO stands at the bottom", "HI stands at the top"],
)
def test_lo_and_hi_stand_at_the_edge(comparator: str, edge: str, toward: str) -> None:
    chart = lay_out([at(2, 6.1), at(1, None, comparator=comparator), at(0.5, 7.0)])
    dot = chart.dots[1]
    assert dot.edge == edge
    assert abs(dot.y - getattr(chart, toward)) == charts.EDGE
    assert chart.path.count("M") == 2, "the line does not run through a reading without a number"


def test_a_pressure_is_a_pair_and_is_not_joined_to_its_neighbours() -> None:
    chart = lay_out([at(2, 142, value_2=88), at(1, 138, value_2=84)])
    assert chart.path == ""
    assert all(dot.y_2 is not None and dot.y_2 > dot.y for dot in chart.dots)


def test_a_long_silence_breaks_the_line() -> None:
    assert lay_out([at(20, 80), at(19, 80), at(3, 81)]).path.count("M") == 2


def test_target_and_limits_stay_inside_the_drawing() -> None:
    chart = lay_out(
        [at(1, 97)],
        bands=[charts.Band(95, None)],
        limits=[charts.Limit(Decimal(95), "amber"), charts.Limit(93, "red")],
    )
    (strip,) = chart.strips
    assert strip.y == chart.top, "an open target reaches the edge"
    assert [line.severity for line in chart.lines] == ["amber", "red"]
    assert strip.y + strip.height == chart.lines[0].y < chart.lines[1].y < chart.bottom


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (7, ["Mon 16", "Wed 18", "Fri 20", "Sun 22"]),
        (30, ["25 Oct", "1 Nov", "8 Nov", "15 Nov", "22 Nov"]),
        (90, ["30 Aug", "20 Sep", "11 Oct", "1 Nov", "22 Nov"]),
    ],
    ids=["a week", "a month over the change of clocks", "a quarter"],
)
def test_dates_are_local_midnights(days: int, labels: list[str]) -> None:
    start = END - timedelta(days=days)
    assert [tick.text for tick in lay_out([], start=start).across] == labels


def test_the_day_is_that_of_the_zone() -> None:
    late_evening = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    window = {"start": late_evening - timedelta(days=3), "end": late_evening}
    assert lay_out([], **window).across[-1].text == "Thu 2", "half past midnight in London's summer"
    assert lay_out([], **window, zone=ZoneInfo("UTC")).across[-1].text == "Wed 1"


def test_a_date_stands_at_its_local_midnight() -> None:
    midnight = datetime(2026, 7, 2, tzinfo=LONDON)
    chart = lay_out([charts.Point(midnight, 95)], start=midnight - timedelta(days=3), end=midnight + timedelta(hours=9))
    assert [tick.at for tick in chart.across if tick.text == "Thu 2"] == [chart.dots[0].x]


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [(88, 100, "85", "100"), (62.1, 63.9, "62.0", "64.0"), (0, 0, "-0.4", "0.4"), (2.1, 27.9, "0", "30")],
    ids=["saturation never above 100", "weight within two kilos", "one flat zero", "glucose"],
)
def test_axis_labels_are_round(low: float, high: float, first: str, last: str) -> None:
    up = lay_out([at(2, low), at(1, high)]).up
    assert (up[0].text, up[-1].text) == (first, last)
    assert 3 <= len(up) <= 8


def test_marks_are_named_once() -> None:
    chart = lay_out([at(3, 88, mark="red"), at(2, 94, mark="amber"), at(1, 87, mark="red")])
    assert chart.marks == ("red", "amber")


def test_nothing_to_draw_is_still_a_chart() -> None:
    chart = lay_out([])
    assert chart.dots == ()
    assert chart.up
    assert chart.across


values = st.one_of(st.none(), st.floats(-1e4, 1e4))


@given(st.lists(st.tuples(st.floats(0, 30), values), max_size=20))
def test_every_dot_is_inside_the_plot_and_order_of_arrival_does_not_matter(
    raw: list[tuple[float, float | None]],
) -> None:
    points = [at(days, value, comparator=None if value is not None else "<") for days, value in raw]
    chart = lay_out(points)
    assert all(chart.left <= dot.x <= chart.right and chart.top <= dot.y <= chart.bottom for dot in chart.dots)
    assert sorted((d.x, d.y) for d in chart.dots) == sorted((d.x, d.y) for d in lay_out(points[::-1]).dots)
    assert len(re.findall("[ML]", chart.path)) == sum(value is not None for _, value in raw)
