"""Text against schedules of every kind: agrees, contradicts, cannot be compared; and which of them remind."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.medicines.dosage import agreement, text
from app.medicines.dosage.agreement import Reminding, SetBy, Verdict
from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot

FIRST_AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
A, C, U = Verdict.AGREES, Verdict.CONTRADICTS, Verdict.CANNOT_BE_COMPARED


def at(*hours: int, days: Days | None = None, length: int | None = None, amount: str | None = None) -> Phases:
    each = Decimal(amount) if amount else None
    slots = tuple(Slot(number, at=time(hour), amount=each) for number, hour in enumerate(hours))
    return Phases((Phase(slots, days or Days(), length),))


def amounts(*pairs: tuple[int, str]) -> Phases:
    slots = tuple(Slot(number, at=time(hour), amount=Decimal(each)) for number, (hour, each) in enumerate(pairs))
    return Phases((Phase(slots),))


def anchored(anchor: Anchor, minutes: int = 0) -> Phases:
    return Phases((Phase((Slot(0, anchor=anchor, offset=timedelta(minutes=minutes)),)),))


def hours(number: int) -> Elapsed:
    return Elapsed(timedelta(hours=number), FIRST_AT)


def needed(gap: int | None = None, most: int | None = None) -> AsNeeded:
    return AsNeeded(timedelta(hours=gap) if gap else None, Decimal(most) if most else None)


def taper(*steps: tuple[str, int | None]) -> Phases:
    return Phases(tuple(Phase((Slot(0, at=time(8), amount=Decimal(each)),), Days(), length) for each, length in steps))


MONDAYS, WEEKLY = Days(weekdays=frozenset({1})), Days(every=7)
TABLE: list[tuple[str, Pattern, Verdict]] = [
    # how often
    ("one tablet twice a day", at(8, 20), A),
    ("one tablet twice a day", at(8), C),
    ("one tablet twice a day", at(8, 14, 20), C),
    ("1 tds", at(8, 14, 20), A),
    ("1 qds", at(8, 12, 16, 20), A),
    ("1 qds", at(8, 14, 20), C),
    ("daily", at(8), A),
    ("daily", at(8, 20), C),
    ("once a day", at(8, days=Days(every=2)), C),
    ("once a day", at(8, days=Days(weekdays=frozenset(range(1, 8)))), A),
    ("2-3 times a day", at(8, 20), U),
    ("up to 4 times a day", at(8, 12, 16, 20), U),
    ("up to 3 times a day", at(8, 12, 16, 20), C),
    ("once a month", at(8, days=Days(every=28)), U),
    # days
    ("on alternate days", at(8, days=Days(every=2)), A),
    ("on alternate days", at(8), C),
    ("every 3 days", at(8, days=Days(every=3)), A),
    ("every 3 days", at(8, days=Days(every=2)), C),
    ("once a week", at(8, days=WEEKLY), A),
    ("once a week", at(8, days=MONDAYS), A),
    ("once a week", at(8), C),
    ("once a week on Mondays", at(8, days=MONDAYS), A),
    ("once a week on Mondays", at(8, days=Days(weekdays=frozenset({2}))), C),
    ("once a week on Mondays", at(8, days=WEEKLY), U),
    ("once a week on Mondays", at(8), C),
    ("every other week on Mondays", at(8, days=Days(weekdays=frozenset({1}), every_weeks=2)), A),
    ("every other week on Mondays", at(8, days=MONDAYS), C),
    ("once a fortnight", at(8, days=Days(weekdays=frozenset({3}), every_weeks=2)), A),
    ("three times a week", at(8, days=Days(weekdays=frozenset({1, 3, 5}))), A),
    ("three times a week", at(8, days=Days(every=2)), C),
    ("one daily for 21 days then 7 days off", at(8, days=Days(on=21, off=7)), A),
    ("one daily for 21 days then 7 days off", at(8), C),
    # moments
    ("one at night", at(22), A),
    ("one at night", at(8), C),
    ("one at night", anchored(Anchor.BEDTIME), A),
    ("one with breakfast", anchored(Anchor.BREAKFAST), A),
    ("one with breakfast", anchored(Anchor.LUNCH), C),
    ("one 30 minutes before breakfast", anchored(Anchor.BREAKFAST, -30), A),
    ("one 30 minutes before breakfast", anchored(Anchor.BREAKFAST), C),
    ("one in the morning and one at night", at(8, 22), A),
    ("one in the morning and one at night", at(8, 9), C),
    ("at 8am and 8pm", at(8, 20), A),
    ("at 8am and 8pm", at(8, 21), C),
    # how much
    ("two tablets at night", at(22, amount="2"), A),
    ("two tablets at night", at(22, amount="1"), C),
    ("1-2 tablets at night", at(22, amount="2"), A),
    ("one in the morning and two at night", amounts((8, "1"), (22, "2")), A),
    ("one in the morning and two at night", amounts((8, "2"), (22, "1")), C),
    ("500mg at night", at(22, amount="2"), U),
    ("500mg at night", at(22), A),
    # how long
    ("one twice a day for 7 days", at(8, 20, length=7), A),
    ("one twice a day for 7 days", at(8, 20), C),
    ("one twice a day for 7 days", at(8, 20, length=5), C),
    ("one twice a day for 3 months", at(8, 20, length=90), A),
    ("one twice a day", at(8, 20, length=7), A),
    # hours
    ("every 6 hours", hours(6), A),
    ("every 6 hours", hours(8), C),
    ("every 6 hours", at(0, 6, 12, 18), A),
    ("every 6 hours", at(8, 12, 16, 20), C),
    ("four times a day", hours(6), C),
    ("every 4-6 hours", hours(4), U),
    ("every 4-6 hours", hours(8), C),
    ("every 72 hours", hours(72), A),
    ("every 3 days", hours(72), A),
    ("change every 3 days", at(9, days=Days(every=3)), A),
    ("every 72 hours", at(9, days=Days(every=3)), A),
    ("once a week", hours(168), A),
    ("when required", hours(6), C),
    ("1 tds, at least 6 hours apart", at(8, 14, 20), A),
    ("1 tds, at least 6 hours apart", at(8, 12, 20), C),
    # when needed
    ("two when required", needed(), A),
    ("two when required", at(8), C),
    ("two every 4 to 6 hours when required, max 8 in 24 hours", needed(4, 8), A),
    ("two every 4 to 6 hours when required, max 8 in 24 hours", needed(6, 6), A),
    ("two every 4 to 6 hours when required, max 8 in 24 hours", needed(4), C),
    ("two every 4 to 6 hours when required, max 8 in 24 hours", needed(None, 8), C),
    ("two every 4 to 6 hours when required, max 8 in 24 hours", needed(3, 8), C),
    ("two every 4 to 6 hours when required, max 8 in 24 hours", needed(4, 9), C),
    ("1-2 tablets up to 4 times a day when required", needed(None, 8), A),
    ("1-2 tablets up to 4 times a day when required", needed(None, 12), C),
    ("when required, max 4 mg in 24 hours", needed(None, 8), U),
    ("one twice a day", needed(), C),
    # steps
    ("4 tablets once a day for 3 days then 2 tablets once a day for 3 days", taper(("4", 3), ("2", 3)), A),
    ("4 tablets once a day for 3 days then 2 tablets once a day for 3 days", taper(("4", 3), ("1", 3)), C),
    ("4 tablets once a day for 3 days then 2 tablets once a day for 3 days", taper(("4", 6)), C),
    ("3 tablets once a day reducing by 1 tablet every 2 days until stopped", taper(("3", 2), ("2", 2), ("1", 2)), A),
    ("3 tablets once a day reducing by 1 tablet every 2 days until stopped", taper(("3", 2), ("1", 2)), C),
    ("3 tablets once a day reducing by 1 tablet every 2 days to 1 tablet", taper(("3", 2), ("2", 2), ("1", None)), A),
    ("3 tablets once a day reducing by 1 tablet every 2 days until stopped", hours(24), C),
    # not to be compared
    ("", at(8), U),
    ("as directed", at(8), U),
    ("as directed at night", at(22), U),
    ("one tablet", at(8), U),
    ("one tablet twice a day, zyx", at(8, 20), U),
    ("one tablet twice a day, zyx", at(8), C),
    ("two a day", at(8), U),
    ("titrate to response", at(8), U),
    ("as directed", AsDirected("It does not say when."), A),
    ("one twice a day", AsDirected("It does not say when."), U),
    (" ", taper(("4", 3), ("2", None)), U),
]


@pytest.mark.parametrize(("line", "pattern", "verdict"), TABLE, ids=[f"{row[0]}-{n}" for n, row in enumerate(TABLE)])
def test_verdict(line: str, pattern: Pattern, verdict: Verdict) -> None:
    agreed = agreement.agree(line, pattern)
    assert agreed.verdict is verdict, agreed.why
    assert bool(agreed.reasons) == (verdict is not A)
    assert all(reason.endswith(".") and (reason[0].isupper() or reason[0] == "“") for reason in agreed.reasons)


def test_an_end_beside_the_pattern_counts() -> None:
    assert agreement.agree("one twice a day for 7 days", at(8, 20), lasts=7).verdict is A
    assert agreement.agree("one twice a day for 7 days", at(8, 20), lasts=14).verdict is C
    assert agreement.agree("every 6 hours for 3 days", hours(6), lasts=3).verdict is A
    assert agreement.agree("every 6 hours for 3 days", hours(6)).verdict is C


def test_the_patients_own_day_counts() -> None:
    late = {Anchor.BREAKFAST: time(11)}
    assert agreement.agree("at 11am", anchored(Anchor.BREAKFAST), usual_day=late).verdict is A
    assert agreement.agree("at 11am", anchored(Anchor.BREAKFAST)).verdict is C


@pytest.mark.parametrize(
    ("line", "set_by", "times_stated", "expected"),
    [
        ("one at 8am", SetBy.IMPORT, True, Reminding.YES),
        ("one at 8am", SetBy.IMPORT, False, Reminding.ONCE_CONFIRMED),
        ("", SetBy.PATIENT, True, Reminding.LABELLED),
        ("as directed", SetBy.CLINICIAN, True, Reminding.LABELLED),
        ("as directed", SetBy.CARER, True, Reminding.ONCE_CONFIRMED),
        ("as directed", SetBy.IMPORT, True, Reminding.ONCE_CONFIRMED),
        ("one daily, zyx", SetBy.CLINICIAN, True, Reminding.ONCE_CONFIRMED),
        ("one daily, zyx", SetBy.PATIENT, True, Reminding.ONCE_CONFIRMED),
        ("as per INR", SetBy.CLINICIAN, True, Reminding.ONCE_CONFIRMED),
        ("one at night", SetBy.CLINICIAN, True, Reminding.NEVER),
        ("one twice a day", SetBy.PATIENT, True, Reminding.NEVER),
    ],
)
def test_which_are_reminded_of(line: str, set_by: SetBy, times_stated: bool, expected: Reminding) -> None:
    agreed = agreement.agree(line, at(8))
    assert agreement.reminding(agreed, set_by, times_stated=times_stated) is expected
    if set_by is SetBy.PATIENT and times_stated:
        assert agreed.reminds == (expected in (Reminding.YES, Reminding.LABELLED))


def test_steps_without_a_text_are_reminded_of_as_one_step_is() -> None:
    agreed = agreement.agree("", taper(("4", 3), ("2", None)))
    assert (agreed.reminds, agreed.why) == (True, "The text does not say when.")
    assert agreement.reminding(agreed, SetBy.IMPORT) is Reminding.ONCE_CONFIRMED


LINES = [
    line.split(" | ")[0]
    for line in (Path(__file__).parent / "lines.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PATTERNS = [pattern for _, pattern, _ in TABLE][::6]


@pytest.mark.parametrize("line", LINES)
def test_what_was_not_wholly_understood_never_agrees(line: str) -> None:
    read = text.understood(line)
    clear = read.whole and not any(facts.varies for facts in read.steps)
    for pattern in PATTERNS:
        agreed = agreement.agree(line, pattern)
        assert clear or agreed.verdict is not A
        assert clear or not agreed.silent
