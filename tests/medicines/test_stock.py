"""When a medicine runs out, and when to say so: in working days of the patient's nation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.medicines import stock, working_days
from app.medicines.stock import Counted, Due, Forecast, Taken
from app.medicines.working_days import Nation

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
ONE = Decimal(1)
ENGLAND, SCOTLAND, ULSTER = Nation.ENGLAND_AND_WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND


def due(days: int, amount: int | None = None) -> Due:
    return Due(NOW + timedelta(days=days), None if amount is None else Decimal(amount))


def reckon(quantity: int, ahead: list[Due], *taken: Taken, usual: Decimal = ONE, as_needed: bool = False) -> Forecast:
    return stock.forecast(Counted(Decimal(quantity), NOW), taken, ahead, usual, as_needed=as_needed)


def test_it_runs_out_at_the_first_dose_that_there_is_not_enough_for() -> None:
    found = reckon(5, [due(3), due(1, 2), due(2, 2), due(4)])
    assert found == Forecast(Decimal(5), due(4).due_at, due(3).due_at, False)


def test_doses_taken_since_the_count_are_gone_and_those_before_were_counted() -> None:
    before, at, since = (Taken(NOW + timedelta(minutes=n), Decimal(2)) for n in (-1, 0, 1))
    assert reckon(6, [], before, at, since).left == 4


def test_an_unknown_amount_is_the_usual_one() -> None:
    assert reckon(6, [due(1)], Taken(NOW + timedelta(hours=1)), usual=Decimal(4)).runs_out_at == due(1).due_at


def test_halves_are_reckoned_exactly() -> None:
    half = Decimal("0.5")
    found = stock.forecast(Counted(Decimal(1), NOW), [], [Due(NOW, half), Due(NOW, half)], ONE)
    assert found.runs_out_at is None


def test_it_lasts_as_far_as_doses_are_known() -> None:
    assert reckon(9, [due(1), due(2)]) == Forecast(Decimal(9), None, due(2).due_at, False)


def test_more_taken_than_counted_asks_for_a_new_count() -> None:
    assert reckon(1, [due(1)], Taken(NOW + timedelta(hours=1), Decimal(2))) == Forecast(
        Decimal(0), due(1).due_at, None, True
    )


def test_nothing_is_predicted_as_needed() -> None:
    found = reckon(1, [due(1), due(2)], Taken(NOW + timedelta(hours=1)), as_needed=True)
    assert found == Forecast(Decimal(0), None, None, False)


def test_the_day_is_the_patients_own() -> None:
    found = reckon(0, [Due(datetime(2026, 11, 18, 23, 30, tzinfo=UTC))])
    assert stock.runs_out_on(found, ZoneInfo("Europe/London")) == date(2026, 11, 18)
    assert stock.runs_out_on(found, ZoneInfo("Europe/Paris")) == date(2026, 11, 19)
    assert stock.runs_out_on(reckon(1, []), ZoneInfo("Europe/London")) is None


@given(st.integers(0, 30), st.lists(st.integers(1, 3), max_size=20))
def test_what_is_covered_is_never_more_than_there_is(quantity: int, amounts: list[int]) -> None:
    ahead = [due(n, amount) for n, amount in enumerate(amounts)]
    found = reckon(quantity, ahead)
    covered = sum(dose.amount or 0 for dose in ahead if found.lasts_until and dose.due_at <= found.lasts_until)
    assert covered <= quantity
    if found.runs_out_at:
        assert sum(dose.amount or 0 for dose in ahead if dose.due_at <= found.runs_out_at) > quantity


HOLIDAYS = [
    ("Easter Monday", date(2027, 3, 29), {ENGLAND, ULSTER}),
    ("2 January moved to the Monday", date(2027, 1, 4), {SCOTLAND}),
    ("St Patrick", date(2027, 3, 17), {ULSTER}),
    ("Battle of the Boyne", date(2027, 7, 12), {ULSTER}),
    ("St Andrew", date(2026, 11, 30), {SCOTLAND}),
    ("summer, first", date(2027, 8, 2), {SCOTLAND}),
    ("summer, last", date(2027, 8, 30), {ENGLAND, ULSTER}),
    ("Boxing Day moved to the Tuesday", date(2027, 12, 28), {ENGLAND, SCOTLAND, ULSTER}),
    ("a Saturday", date(2026, 11, 21), {ENGLAND, SCOTLAND, ULSTER}),
    ("a Wednesday", date(2026, 11, 18), set()),
]


@pytest.mark.parametrize("day, off", [row[1:] for row in HOLIDAYS], ids=[row[0] for row in HOLIDAYS])
def test_each_nation_has_its_own_holidays(day: date, off: set[Nation]) -> None:
    assert {nation for nation in Nation if not working_days.is_working_day(day, nation)} == off


@pytest.mark.parametrize(
    "nation, seven, three",
    [
        # Christmas and Boxing Day (moved to Monday 28), New Year's Day, in Scotland 2 January moved to Monday 4.
        (ENGLAND, date(2026, 12, 23), date(2026, 12, 31)),
        (SCOTLAND, date(2026, 12, 22), date(2026, 12, 30)),
        (ULSTER, date(2026, 12, 23), date(2026, 12, 31)),
    ],
)
def test_over_the_new_year_a_nudge_comes_earlier(nation: Nation, seven: date, three: date) -> None:
    short = date(2027, 1, 6)
    nudges = {today: stock.nudge(short, today, nation) for today in (seven, three)}
    assert nudges == {seven: 7, three: 3}
    assert stock.nudge(short, seven - timedelta(days=1), nation) is None
    assert stock.nudge(short, three - timedelta(days=1), nation) == 7


def test_a_nudge_that_an_outage_swallowed_is_still_due() -> None:
    assert [stock.nudge(date(2026, 11, 20), date(2026, 11, day), ENGLAND) for day in (19, 20, 25)] == [3, 3, 3]


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(1, 9), st.sampled_from(Nation))
def test_so_many_working_days_lie_between(day: date, count: int, nation: Nation) -> None:
    first = working_days.before(day, count, nation)
    between = [first + timedelta(days=n) for n in range((day - first).days)]
    assert sum(working_days.is_working_day(one, nation) for one in between) == count
    assert working_days.is_working_day(first, nation)
