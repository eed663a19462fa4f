"""The cast and its files: whose rows they are, against counts made from the raw files by other means."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import nhs_number

from app.demo import histories
from app.demo.histories import Part
from app.demo.replay import LONDON

LAST_DAY = date(2026, 11, 17)
GLUCOSE = re.compile(r"^\d\d-\d\d-\d{4}\t\d\d?:\d\d\t(48|5[7-9]|6[0-4])\t(.+?)\s*$", re.MULTILINE)


def part(name: str) -> Part:
    return next(one for one in histories.cast() if one.name == name)


def raw(file: Path) -> list[str]:
    return [value for _, value in GLUCOSE.findall(file.read_text("latin-1"))]


def test_the_cast_is_ten_logs_one_day_of_its_own_and_ten_users_of_an_app() -> None:
    cast = histories.cast()
    logs = [one.file.name for one in cast if one.protocol == "diabetes" and one.until is None]
    assert len(logs) == len(set(logs)) == 10
    assert {"data-02", "data-12", "data-14", "data-18", "data-19", "data-20"} <= set(logs)
    assert len({one.of for one in cast if one.of}) == 10
    assert len(cast) == 21


def test_everybody_is_made_up_and_can_be_told_apart() -> None:
    cast = histories.cast()
    for one in cast:
        assert re.fullmatch(r"07700 900\d{3}", one.phone)  # Ofcom's range for drama
        assert one.nhs_number.startswith("999 ")
        assert nhs_number.is_valid(one.nhs_number.replace(" ", ""))
        assert one.email.endswith("@kith.example")
    for field in ("name", "phone", "nhs_number"):
        assert len({getattr(one, field) for one in cast}) == len(cast)


def test_every_glucose_of_a_log_is_told_and_its_last_day_is_the_given_one() -> None:
    for one in histories.cast():
        if one.protocol == "diabetes" and one.until is None:
            history = histories.history(one, LAST_DAY, LONDON)
            sent = [entry for sitting in history.sittings for entry in sitting.entries]
            assert len(sent) == len(raw(one.file))
            assert max(entry.measured_at for entry in sent).astimezone(LONDON).date() == LAST_DAY
            assert history.broken == []


def test_the_logs_words_are_the_meters_and_never_a_number() -> None:
    history = histories.history(part("Dilys Evans"), LAST_DAY, LONDON)
    words = Counter(entry.value for sitting in history.sittings for entry in sitting.entries)
    expected = Counter(raw(part("Dilys Evans").file))
    assert (words["HI"], words["LO"]) == (expected["0Hi"], expected["0Lo"])
    assert words["LO"] > 0


def test_the_day_of_the_low_is_the_last_of_a_week_of_its_own() -> None:
    history = histories.history(part("Rajan Pillai"), LAST_DAY, LONDON)
    low = [sitting.at for sitting in history.sittings if any(entry.value == "LO" for entry in sitting.entries)]
    assert [at.isoformat() for at in low] == ["2026-11-17T18:00:00+00:00"]
    days = {sitting.at.astimezone(LONDON).date() for sitting in history.sittings}
    assert min(days) >= date(2026, 11, 11)
    assert max(days) == LAST_DAY


def test_every_row_of_an_apps_user_is_told() -> None:
    with histories.PRESSURES.open(newline="") as file:
        rows = Counter(row["user_code"] for row in csv.DictReader(file))
    for one in histories.cast():
        if one.of:
            history = histories.history(one, LAST_DAY, LONDON)
            assert sum(len(sitting.entries) for sitting in history.sittings) == rows[one.of]
