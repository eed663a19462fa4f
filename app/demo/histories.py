"""The real histories of the demo: whose they are here, and what the rows of their files hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app import config
from app.core import ids
from app.demo import sittings
from app.demo.sittings import Sitting
from app.readings.importing import rows, uci, welltory
from app.readings.importing.rows import BrokenRow, Names, OtherRow, ReadingRow, Row
from app.readings.intake import Entry

CAST = Path(__file__).with_name("cast.toml")
DATA = config.HOME / "tests" / "data"
LOGS, PRESSURES = DATA / "uci_diabetes", DATA / "welltory" / "blood_pressure.csv"
WALL = ZoneInfo("UTC")  # times are read as they stand in the file; where they happened is decided when they are moved


@dataclass(frozen=True, slots=True)
class Part:
    """A patient of the demo: who they are here, and which file holds their history."""

    name: str
    born_on: date
    nhs_number: str
    phone: str
    protocol: str
    condition: str
    file: Path
    of: str | None = None  # the person's code in a file about several
    until: date | None = None
    days: int | None = None
    allergies: str | None = None
    communication_needs: str | None = None

    @property
    def email(self) -> str:
        return f"{self.name.replace(' ', '.').lower()}@kith.example"


@dataclass(frozen=True, slots=True)
class History:
    """What a file says of one person: sittings that end on a given day, and what is no reading or cannot be read."""

    part: Part
    sittings: list[Sitting]
    broken: list[BrokenRow]
    others: int
    lines: dict[str, ReadingRow]  # by the id of the reading


def cast() -> list[Part]:
    """The patients whose files are there: the diabetes logs are no part of a package of Kith."""
    told = tomllib.loads(CAST.read_text("utf-8"))
    return [part for part in _parts(told) if part.file.exists()]


def _parts(told: dict[str, Any]) -> Iterator[Part]:
    for one in told["diabetes"]:
        file = LOGS / one.pop("history")
        yield Part(**one, file=file, protocol="diabetes", condition="Diabetes")
    for one in told["pressure"]:
        yield Part(**one, file=PRESSURES, protocol="hypertension_at_home", condition="Hypertension")


def history(part: Part, ends_on: date, zone: ZoneInfo) -> History:
    """A person's file, with the last of its days moved to `ends_on`."""
    found = [row for row in _rows(part) if _is_told(part, row)]
    readings = {str(row.entry.id): row for row in found if isinstance(row, ReadingRow)}
    entries = [_as_sent(row.entry) for row in readings.values()]
    there = sittings.moved(entries, sittings.last_day(entries), ends_on, zone)
    broken = [row for row in found if isinstance(row, BrokenRow)]
    return History(part, sittings.sittings(there), broken, sum(isinstance(row, OtherRow) for row in found), readings)


def _rows(part: Part) -> Iterator[Row]:
    lines, names = rows.lines(part.file.read_bytes()), Names(ids.new_id(), part.file.name)
    if part.of:
        return welltory.read(lines, names, WALL, part.of)
    return uci.read(lines, names, WALL)


def _is_told(part: Part, row: Row) -> bool:
    """Readings of the days that this patient's story covers; what is broken has no day and is listed in any case."""
    if part.until is None or not isinstance(row, ReadingRow):
        return part.until is None or not isinstance(row, BrokenRow)
    day = row.entry.measured_at.astimezone(UTC).date()
    return part.until - timedelta(days=part.days or 1) < day <= part.until


def _as_sent(entry: Entry) -> Entry:
    """An app's sync stays one; a line of a paper log is what its writer would have typed."""
    return entry if entry.source == "sync" else replace(entry, source="typed")
