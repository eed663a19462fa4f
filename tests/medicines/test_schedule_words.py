"""The words of a schedule as a patient reads them, and its next days with what the clock on the wall will show."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import wall_time
from app.medicines import recurrence, schedule_words
from app.medicines.patterns import USUAL_DAY, Anchor, AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot
from app.medicines.schedule_words import BY_THE_CLOCK, COUNTED, NO_LIMIT, PreviewDay
from tests.medicines import drawn
from tests.medicines.zones import LONDON, zone

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WEDNESDAY = date(2026, 11, 18)
ONE, TWO = Decimal(1), Decimal(2)
AT_8 = Slot(0, time(8), amount=ONE)


def on(days: Days) -> Phases:
    return Phases((Phase((AT_8,), days),))


def at(*slots: Slot) -> Phases:
    return Phases((Phase(slots),))


def week(*numbers: int, every: int = 1) -> Days:
    return Days(weekdays=frozenset(numbers), every_weeks=every)


WORDS: list[tuple[Phases, str]] = [
    (at(Slot(0, time(8), amount=TWO), Slot(1, time(20), amount=TWO)), "2 tablets at 08:00 and 20:00, every day"),
    (
        at(Slot(0, time(20), amount=ONE), AT_8, Slot(2, time(14), amount=ONE)),
        "1 tablet at 08:00, 14:00 and 20:00, every day",
    ),
    (at(AT_8, Slot(1, time(20), amount=TWO)), "1 tablet at 08:00 and 2 tablets at 20:00, every day"),
    (at(Slot(0, time(8)), Slot(1, time(20))), "at 08:00 and 20:00, every day"),
    (at(Slot(0, time(8), amount=Decimal("0.5"))), "half a tablet at 08:00, every day"),
    (at(Slot(0, time(8), amount=Decimal("1.50"))), "1.5 tablets at 08:00, every day"),
    (at(Slot(0, anchor=Anchor.BREAKFAST, amount=ONE)), "1 tablet with breakfast, every day"),
    (
        at(Slot(0, anchor=Anchor.BEDTIME, amount=ONE), Slot(1, anchor=Anchor.WAKING, amount=ONE)),
        "1 tablet on waking and at bedtime, every day",
    ),
    (at(Slot(0, anchor=Anchor.LUNCH, amount=ONE), AT_8), "1 tablet at 08:00 and with lunch, every day"),
    (
        at(Slot(0, anchor=Anchor.BREAKFAST, offset=-30 * MINUTE, amount=ONE)),
        "1 tablet 30 minutes before breakfast, every day",
    ),
    (
        at(Slot(0, anchor=Anchor.EVENING_MEAL, offset=HOUR, amount=ONE)),
        "1 tablet 1 hour after the evening meal, every day",
    ),
    (on(Days(every=2)), "1 tablet at 08:00, every other day"),
    (on(Days(every=3)), "1 tablet at 08:00, every 3 days"),
    (on(week(1)), "1 tablet at 08:00, on Mondays"),
    (on(week(4, 1, 6)), "1 tablet at 08:00, on Mondays, Thursdays and Saturdays"),
    (on(week(*range(1, 8))), "1 tablet at 08:00, every day"),
    (on(week(1, every=2)), "1 tablet at 08:00, every second week on Mondays"),
    (on(week(2, every=3)), "1 tablet at 08:00, every third week on Tuesdays"),
    (on(week(2, every=6)), "1 tablet at 08:00, every 6 weeks on Tuesdays"),
    (on(week(*range(1, 8), every=2)), "1 tablet at 08:00, every second week on every day"),
    (on(Days(on=21, off=7)), "1 tablet at 08:00, every day for 21 days, then 7 days without, and so on"),
    (on(Days(on=1, off=6)), "1 tablet at 08:00, every day for 1 day, then 6 days without, and so on"),
    (
        on(Days(every=2, on=10, off=4)),
        "1 tablet at 08:00, every other day, for 10 days, then 4 days without, and so on",
    ),
]


@pytest.mark.parametrize("pattern, words", WORDS, ids=[words for _, words in WORDS])
def test_the_words_of_times_by_the_clock(pattern: Phases, words: str) -> None:
    said = schedule_words.lines(pattern, starts_on=WEDNESDAY, ends_on=None, unit="tablet")
    assert said == [words, BY_THE_CLOCK]


def lines(pattern: Pattern, ends_on: date | None = None, unit: str | None = "tablet") -> list[str]:
    return schedule_words.lines(pattern, starts_on=WEDNESDAY, ends_on=ends_on, zone=LONDON, unit=unit)


def test_a_taper_is_a_list_of_steps_with_their_dates() -> None:
    steps = [(Decimal(6), 3), (Decimal(4), 1), (TWO, None)]
    taper = Phases(
        tuple(Phase((Slot(0, anchor=Anchor.BREAKFAST, amount=amount),), length=length) for amount, length in steps)
    )
    assert lines(taper) == [
        "From Wednesday 18 November 2026 to Friday 20 November 2026: 6 tablets with breakfast, every day",
        "On Saturday 21 November 2026: 4 tablets with breakfast, every day",
        "From Sunday 22 November 2026 on: 2 tablets with breakfast, every day",
        BY_THE_CLOCK,
    ]
    assert lines(taper, ends_on=date(2026, 11, 21))[-2].startswith("On Saturday 21 November 2026: 4")
    assert lines(taper, ends_on=date(2026, 11, 19))[0] == (
        "6 tablets with breakfast, every day, until Thursday 19 November 2026"
    )


def test_a_course_says_its_last_day() -> None:
    assert lines(Phases((Phase((AT_8,), length=7),)))[0] == (
        "1 tablet at 08:00, every day, until Tuesday 24 November 2026"
    )


def test_elapsed_hours_say_that_they_are_counted() -> None:
    six = Elapsed(6 * HOUR, datetime(2026, 6, 1, 9, tzinfo=UTC), ONE)
    assert lines(six) == ["1 tablet every 6 hours, counted from 10:00 on Monday 1 June 2026", COUNTED]
    assert lines(Elapsed(HOUR, six.first_at), ends_on=WEDNESDAY) == [
        "every hour, counted from 10:00 on Monday 1 June 2026, until Wednesday 18 November 2026",
        COUNTED,
    ]
    assert schedule_words.lines(six, starts_on=WEDNESDAY, ends_on=None) == ["1 every 6 hours", COUNTED]
    assert lines(Elapsed(90 * MINUTE, six.first_at))[0].startswith("every 1 hour 30 minutes, ")


NEEDED = [
    (
        AsNeeded(4 * HOUR, Decimal(8), ONE),
        ["1 tablet when needed, not more often than every 4 hours, not more than 8 tablets in any 24 hours"],
    ),
    (AsNeeded(30 * MINUTE), ["when needed, not more often than every 30 minutes"]),
    (AsNeeded(most_in_24_hours=ONE), ["when needed, not more than 1 tablet in any 24 hours"]),
    (AsNeeded(amount=TWO), ["2 tablets when needed", NO_LIMIT]),
    (
        AsDirected("the dose follows your blood test"),
        ["as directed: no reminders, because the dose follows your blood test"],
    ),
]


@pytest.mark.parametrize("pattern, said", NEEDED, ids=[said[0] for _, said in NEEDED])
def test_what_reminds_nobody_says_so_or_how_often_at_most(pattern: Pattern, said: list[str]) -> None:
    assert lines(pattern) == said


UNITS = [("puff", "2 puffs"), ("patch", "2 patches"), ("suppository", "2 suppositories"), ("ml", "2 ml"), (None, "2")]


@pytest.mark.parametrize("unit, said", UNITS)
def test_the_unit_has_its_plural(unit: str | None, said: str) -> None:
    assert lines(at(Slot(0, time(8), amount=TWO)), unit=unit)[0] == f"{said} at 08:00, every day"


ADVICE = re.compile(r"\b(take|should|must|skip|double|now|extra|miss(ed)?)\b", re.IGNORECASE)


@settings(deadline=None)
@given(drawn.patterns, st.none() | st.integers(0, 90))
def test_any_schedule_has_words_and_none_of_them_is_advice(pattern: Pattern, length: int | None) -> None:
    ends_on = None if length is None else WEDNESDAY + length * DAY
    said = lines(pattern, ends_on)
    assert said
    for line in said:
        assert line == line.strip()
        assert "  " not in line
        assert "None" not in line
        assert " ," not in line
        assert not ADVICE.search(line)


def preview(pattern: Pattern, since: datetime, name: str = "Europe/London", days: int = 30) -> list[PreviewDay]:
    return schedule_words.preview(
        pattern,
        starts_on=date(2011, 1, 1),
        ends_on=None,
        zone=zone(name),
        usual_day=USUAL_DAY,
        since=since,
        days=days,
    )


def shown(days: list[PreviewDay]) -> list[str]:
    return [f"{one.on.day}: {' '.join(dose.shown for dose in one.doses)}" for one in days]


def test_a_preview_shows_each_of_30_days_also_those_without() -> None:
    days = preview(on(Days(every=2)), datetime(2026, 11, 18, 23, tzinfo=UTC))
    assert [one.on for one in days] == [WEDNESDAY + n * DAY for n in range(30)]
    assert {len(one.doses) for one in days} == {0, 1}
    assert [dose.amount for one in days for dose in one.doses] == [ONE] * 15
    assert {one.note for one in days} == {None}


def test_today_is_the_patients_own() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
    assert shown(preview(on(Days()), late, days=1)) == ["2: 08:00"]
    assert shown(preview(on(Days()), late, "America/New_York", days=1)) == ["1: 08:00"]


def test_a_schedule_to_come_is_shown_from_its_first_day() -> None:
    days = schedule_words.preview(
        on(Days()),
        starts_on=WEDNESDAY + 40 * DAY,
        ends_on=WEDNESDAY + 41 * DAY,
        zone=LONDON,
        usual_day=USUAL_DAY,
        since=datetime(2026, 11, 18, tzinfo=UTC),
    )
    assert shown(days[:3]) == ["28: 08:00", "29: 08:00", "30: "]
    assert days[0].doses[0].at == datetime(2026, 12, 28, 8, tzinfo=UTC)


CHANGES = [
    ("Europe/London", "2026-03-29", "The clocks go forward: 23 hours.", "02:30 03:00"),
    ("Europe/London", "2026-10-25", "The clocks go back: 25 hours.", "01:30 03:00"),
    ("Europe/London", "2026-10-26", None, "01:30 03:00"),
    ("Australia/Lord_Howe", "2026-10-04", "The clocks go forward: 23 hours 30 minutes.", "01:30 03:00"),
    ("Australia/Lord_Howe", "2026-04-05", "The clocks go back: 24 hours 30 minutes.", "01:30 03:00"),
    ("Asia/Beirut", "2026-03-29", "The clocks go forward: 23 hours.", "01:30 03:00"),
    ("Asia/Beirut", "2026-10-24", "The clocks go back: 25 hours.", "01:30 03:00"),
    ("Pacific/Apia", "2011-12-30", "This date does not exist here: the calendar skips it.", ""),
    ("Pacific/Apia", "2011-12-31", None, "01:30 03:00"),
]


@pytest.mark.parametrize("name, day, note, times", CHANGES, ids=[f"{row[0]} {row[1]}" for row in CHANGES])
def test_a_day_on_which_the_clock_changes_says_so(name: str, day: str, note: str | None, times: str) -> None:
    pattern = at(Slot(0, time(1, 30)), Slot(1, time(3)))
    days = preview(pattern, datetime.combine(date.fromisoformat(day) - 3 * DAY, time(12), UTC), name)
    [found] = [one for one in days if one.on.isoformat() == day]
    assert (found.note, " ".join(dose.shown for dose in found.doses)) == (note, times)


def test_elapsed_hours_move_on_the_clock_when_it_changes() -> None:
    six = Elapsed(6 * HOUR, datetime(2026, 10, 24, 9, tzinfo=UTC))
    days = preview(six, datetime(2026, 10, 24, tzinfo=UTC), days=3)
    assert shown(days) == ["24: 10:00 16:00 22:00", "25: 03:00 09:00 15:00 21:00", "26: 03:00 09:00 15:00 21:00"]


@settings(deadline=None)
@given(drawn.patterns, st.sampled_from(["Europe/London", "Pacific/Apia", "America/St_Johns"]), st.integers(0, 700))
def test_a_preview_is_what_will_come(pattern: Pattern, name: str, later: int) -> None:
    since = datetime(2010, 6, 1, tzinfo=UTC) + later * DAY
    days = preview(pattern, since, name)
    found = recurrence.occurrences(
        pattern,
        starts_on=date(2011, 1, 1),
        ends_on=None,
        zone=zone(name),
        usual_day=USUAL_DAY,
        since=wall_time.instant(days[0].on, time(), zone(name)),
        until=wall_time.instant(days[-1].on + DAY, time(), zone(name)),
    )
    assert sorted(dose.at for one in days for dose in one.doses) == sorted(one.due_at for one in found)
