"""Doses day by day: columns on the time line of the trends, every part told in words and in the table as well."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.medicines import adherence
from app.medicines.adherence import Adherence, Dose, Pause
from app.web import charts, dose_charts
from tests.web.test_look import environment

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE = UUID(int=1)
DAY = timedelta(days=1)


def dose(ago: int, state: str = "taken", late: int = 0, hour: int = 8) -> Dose:
    due_at = NOW.replace(hour=hour) - ago * DAY
    return Dose(ONE, due_at, due_at.date(), state, due_at + timedelta(minutes=late) if state == "taken" else None)


def of(*doses: Dose, days: int = 30, out: tuple[int, int] | None = None) -> Adherence:
    today = NOW.date()
    pauses = [Pause(today - out[0] * DAY, today - out[1] * DAY)] if out else []
    return adherence.by_medicine(doses, today - (days - 1) * DAY, today, pauses)[ONE]


def chart(*doses: Dose, **more: object) -> dose_charts.DoseChart:
    return dose_charts.chart(of(*doses, **more).days, NOW, LONDON)  # type: ignore[arg-type]


PARTS = {
    "all on time": ([dose(1), dose(1, hour=20)], ["on_time"], "2 due: 2 taken on time"),
    "one late": (
        [dose(1), dose(1, late=90, hour=20)],
        ["on_time", "late"],
        "2 due: 1 taken on time, 1 taken at another time",
    ),
    "skipped": ([dose(1, "skipped")], ["skipped"], "1 due: 1 skipped"),
    "missed": ([dose(1, "missed")], ["missed"], "1 due: 1 not taken"),
    "not recorded": ([dose(1, "not_recorded")], ["not_recorded"], "1 due: 1 nothing recorded"),
    "never sent": ([dose(1, "not_sent")], ["not_recorded"], "1 due: 1 nothing recorded"),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_column_is_what_was_recorded_of_its_day(case: str) -> None:
    doses, kinds, words = PARTS[case]
    found = chart(*doses)
    [column] = found.columns
    assert [part.kind for part in column.parts] == kinds == list(found.kinds)
    assert column.words == f"Sat 21 November, {words}"
    assert sum(part.height for part in column.parts) == pytest.approx(found.bottom - found.top, abs=0.2)


def test_it_stands_below_a_trend_of_as_many_days() -> None:
    trend = charts.trend([], start=NOW - 30 * DAY, end=NOW, zone=LONDON)
    found = chart(dose(1))
    assert (found.left, found.right, found.width) == (trend.left, trend.right, trend.width)
    assert found.across == trend.across
    # Yesterday's column lies between its own midnights, where its readings have their dots.
    midnight = charts.Scale((NOW - 30 * DAY).timestamp(), NOW.timestamp(), trend.left, trend.right)
    [column] = found.columns
    assert midnight(datetime(2026, 11, 21, tzinfo=LONDON).timestamp()) < column.x
    assert column.x + column.width < midnight(datetime(2026, 11, 22, tzinfo=LONDON).timestamp())


def test_days_without_doses_have_no_column_and_days_of_a_pause_no_parts() -> None:
    found = chart(dose(1), dose(3), dose(9), out=(4, 2))
    assert [(column.is_out, bool(column.parts)) for column in found.columns] == [
        (False, True), (True, False), (True, False), (True, False), (False, True),
    ]  # fmt: skip
    assert found.kinds == ("on_time", "paused")


@pytest.mark.parametrize("days", [7, 30, 90])
def test_columns_never_touch_nor_leave_the_plot(days: int) -> None:
    found = chart(*(dose(ago) for ago in range(days)), days=days)
    assert len(found.columns) == days
    ends = [(column.x, column.x + column.width) for column in found.columns]
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    assert ends[0][0] >= found.left
    assert ends[-1][1] <= found.right


def page(found: Adherence) -> str:
    one = dose_charts.shown("Ramipril", ONE, found, adherence.in_words(found), NOW, LONDON)
    source = '{% from "doses.html" import figure %}{{ figure(one) }}'
    return environment().from_string(source).render(one=one)


def test_the_table_says_all_that_the_chart_says() -> None:
    html = page(of(dose(0), dose(1), dose(1, late=90, hour=20), dose(2, "not_recorded"), dose(5), out=(3, 3)))
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html)]
    assert cells[:6] == ["Day", "Taken", "On time", "Skipped", "Not taken", "Nothing recorded"]
    assert cells[6:12] == ["Today", "1 of 1", "1", "", "", ""]
    assert cells[12:18] == ["Yesterday", "2 of 2", "1", "", "", ""]
    assert cells[18:24] == ["Friday", "0 of 1", "0", "", "", "1"]
    assert cells[24:30] == ["Thursday", "Paused", "", "", "", ""]
    assert "nothing was recorded: that does not mean not taken" in html


def test_a_month_keeps_its_capital() -> None:
    html = page(of(dose(10)))
    assert re.search(r"<time[^>]*>12 November</time>", html)


def test_the_drawing_has_its_words_and_no_red() -> None:
    html = page(of(dose(1), dose(2, "missed")))
    assert re.search(r'<svg class="trend doses"[^>]*role="img" aria-labelledby="(\S+) (\S+)"', html)
    assert "<title>Sat 21 November, 1 due: 1 taken on time</title>" in html
    assert "red" not in re.sub(r"recorded", "", html)


def test_more_than_a_screenful_of_days_is_counted() -> None:
    assert "and 30 earlier" in page(of(*(dose(ago) for ago in range(90)), days=90))
