"""Blood pressures as the Welltory app exports them: a table of several people, each under a code. Pure.

They came by the app's sync, so the copies of one sync, a whole number of hours apart, are linked as near-duplicates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.readings.importing import rows
from app.readings.importing.cells import Heading
from app.readings.importing.rows import Broken, Line, Names, NotThisFormat, ReadingRow, Row, StrangerRow
from app.readings.intake import Entry

DEVICE: Final = "Welltory"
_COLUMNS: Final = ("user_code", "measurement_datetime", "systolic", "diastolic")


def read(lines: Iterator[Line], names: Names, zone: ZoneInfo, user: str | None) -> Iterator[Row]:
    """The rows of one person; raises NotThisFormat where it must be said whose they are."""
    heading = Heading(lines)
    heading.need(_COLUMNS)
    everything = list(lines)
    people = _people(heading, everything)
    if user is None and len(people) > 1:
        raise NotThisFormat(f"The file is about {len(people)} people. Say whose readings these are: --user CODE.")
    if user is not None and user not in people:
        raise NotThisFormat("Nobody in the file has this code.")

    def parse(line: int, text: str) -> Row:
        cells = heading.cells(text)
        if user is not None and cells["user_code"] != user:
            return StrangerRow(line)
        return ReadingRow(line, text, _entry(cells, names, zone))

    return rows.each(iter(everything), parse)


def _people(heading: Heading, lines: list[Line]) -> set[str]:
    people = set()
    for line in lines:
        try:
            people.add(heading.cells(line.text or "")["user_code"])
        except Broken:
            continue  # listed when its row is read
    return people


def _entry(cells: dict[str, str], names: Names, zone: ZoneInfo) -> Entry:
    at, systolic, diastolic = _at(cells["measurement_datetime"], zone), cells["systolic"], cells["diastolic"]
    components = {
        name: {"value": _number(name, typed), "unit": "mm[Hg]"}
        for name, typed in (("systolic", systolic), ("diastolic", diastolic))
    }
    reading_id = names.of(cells["user_code"], cells["measurement_datetime"], systolic, diastolic)
    return Entry(reading_id, "blood_pressure", at, components=components, source="sync", device=DEVICE)


def _at(text: str, zone: ZoneInfo) -> datetime:
    try:
        local = datetime.strptime(" ".join(text.split()), "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        raise Broken("The date and time are none (YYYY-MM-DD HH:MM:SS).") from None
    return rows.in_utc(local, zone)


def _number(name: str, typed: str) -> int | float:
    value = rows.number(typed)
    if value is None:
        raise Broken(f"{name} is not a number.")
    return value
