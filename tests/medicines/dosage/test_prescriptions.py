"""Prescriptions as text and structure, HL7's own contradictory examples among them: no silent wrong reminder."""

import json
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.medicines import recurrence
from app.medicines.dosage import agreement, fhir
from app.medicines.dosage.agreement import Reminding, SetBy, Verdict
from app.medicines.dosage.fhir import Planned, Reading
from app.medicines.patterns import USUAL_DAY, Elapsed, Phases
from tests.medicines.zones import LONDON

ROWS = tomllib.loads((Path(__file__).parent / "prescriptions.toml").read_text("utf-8"))["prescription"]
MONDAY = date(2026, 11, 16)
FIRST_AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
STRICTEST = [Reminding.NEVER, Reminding.ONCE_CONFIRMED, Reminding.LABELLED, Reminding.YES]


def read(row: dict[str, Any]) -> Reading:
    return fhir.read(json.loads(row["dosage"]), FIRST_AT)


def verdict_of(reading: Reading) -> str:
    verdicts = {agreed(planned).verdict for planned in reading.planned}
    if reading.contradicts or Verdict.CONTRADICTS in verdicts:
        return "contradicts"
    return "agrees" if verdicts == {Verdict.AGREES} else "cannot_be_compared"


def agreed(planned: Planned) -> agreement.Agreement:
    return agreement.agree(planned.text, planned.pattern, lasts=planned.lasts)


def reminding_of(reading: Reading, set_by: SetBy = SetBy.IMPORT) -> str:
    if reading.contradicts:
        return "never"
    ruled = [
        agreement.reminding(agreed(planned), set_by, times_stated=not planned.supposed)
        for planned in reading.planned
        if isinstance(planned.pattern, Phases | Elapsed)
    ]
    return min(ruled, key=STRICTEST.index).value if ruled else "nobody"


def week_of(reading: Reading) -> dict[str, str]:
    week: dict[str, list[str]] = {}
    for planned in reading.planned:
        starts_on = planned.starts_on or MONDAY
        since = datetime.combine(starts_on, time(), LONDON)
        doses = recurrence.occurrences(
            planned.pattern,
            starts_on=starts_on,
            ends_on=planned.ends_on,
            zone=LONDON,
            usual_day=USUAL_DAY,
            since=since,
            until=since + timedelta(days=7),
        )
        for dose in doses:
            local = dose.due_at.astimezone(LONDON)
            week.setdefault(f"{local:%H:%M}", []).append(f"{local:%a}")
    return {at: " ".join(days) for at, days in week.items()}


def test_there_are_enough_and_the_official_ones_among_them() -> None:
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) >= 40
    assert {f"medrx03{number:02}" for number in range(1, 40) if number != 11} <= set(ids)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_verdict_and_reminders(row: dict[str, Any]) -> None:
    reading = read(row)
    assert verdict_of(reading) == row["verdict"]
    assert reminding_of(reading) == row["reminding"]
    assert ({} if row["reminding"] == "never" else week_of(reading)) == row["week"]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_no_silent_wrong_reminder(row: dict[str, Any]) -> None:
    """What would be reminded of, even once confirmed, is as many doses as a person reads in the text, or none."""
    doses = sum(len(days.split()) for days in row["week"].values())
    assert doses in (0, row.get("meant", doses if row["verdict"] == "cannot_be_compared" else 0))
    if reminding_of(read(row)) == "yes":
        assert row["verdict"] == "agrees"
        assert doses == row["meant"]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_what_contradicts_reminds_nobody_whoever_set_it(row: dict[str, Any]) -> None:
    if row["verdict"] == "contradicts":
        assert {reminding_of(read(row), set_by) for set_by in SetBy} <= {"never", "nobody"}


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("medrx0302", "The text says every day, the schedule has 4 a day."),
        ("medrx0303", "The text says for 7 days, the schedule is for 5."),
        ("medrx0309", "The text says twice a day, the schedule has 1 a day."),
        ("medrx0313", "The text says for 5 days, the schedule has no end."),
        ("medrx0333", "The text says 1 tablet at a time, the structure 1 to 2 tablets."),
    ],
)
def test_a_contradiction_is_told_in_plain_words(id_: str, words: str) -> None:
    reading = read(next(row for row in ROWS if row["id"] == id_))
    said = [problem.says for problem in reading.problems] + [agreed(planned).why for planned in reading.planned]
    assert words in " ".join(said)
