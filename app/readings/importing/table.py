"""Readings as a table (CSV), a row each, with the fields of the API as columns. Pure.

Columns in any order and case, separated by commas or semicolons: `measure` and `measured_at` (needed); `value` with
`unit`, or `systolic` and `diastolic` with `unit`; `id`, `on_oxygen`, `oxygen_flow`, `at_rest`, `meal`, `symptoms`
(several separated by |), `source`, `device`. A column `context.ANYTHING` is kept as it was entered. `measured_at` is
written as 2026-11-22T08:15:00+00:00; without an offset it is the patient's own time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.readings.importing import rows
from app.readings.importing.cells import Heading
from app.readings.importing.rows import Broken, Line, Names, NotThisFormat, ReadingRow, Row
from app.readings.intake import Entry

_NEEDED: Final = ("measure", "measured_at")
_VALUES: Final = ("value", "unit", "systolic", "diastolic")
_CONTEXT: Final = ("on_oxygen", "oxygen_flow", "at_rest", "meal", "symptoms")
_OTHER: Final = ("id", "source", "device")
COLUMNS: Final = (*_NEEDED, *_VALUES, *_CONTEXT, *_OTHER)
FREE: Final = "context."
_LONGEST: Final = {"measure": 40, "value": 40, "unit": 20, "device": 80}
_YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read(lines: Iterator[Line], names: Names, zone: ZoneInfo) -> Iterator[Row]:
    """The rows of a table; raises NotThisFormat for columns that are missing or mean nothing."""
    heading = Heading(lines)
    heading.need(_NEEDED)
    if unknown := [one for one in heading.columns if one not in COLUMNS and not one.startswith(FREE)]:
        known = ", ".join(COLUMNS)
        raise NotThisFormat(f"These columns mean nothing here: {', '.join(unknown)}. They are {known}, {FREE}ANYTHING.")
    used: set[UUID] = set()

    def parse(line: int, text: str) -> Row:
        cells = {column: value for column, value in heading.cells(text).items() if value}
        entry = _entry(cells, names, zone)
        if entry.id in used:
            raise Broken("This id stands on an earlier row.")
        used.add(entry.id)
        return ReadingRow(line, text, entry)

    return rows.each(lines, parse)


def _entry(cells: dict[str, str], names: Names, zone: ZoneInfo) -> Entry:
    for column in _NEEDED:
        if column not in cells:
            raise Broken(f"{column} is empty.")
    for column, longest in _LONGEST.items():
        if len(cells.get(column, "")) > longest:
            raise Broken(f"{column} is longer than {longest} characters.")
    components = _components(cells)
    if ("value" in cells) == (components is not None):
        raise Broken("A row has a value, or systolic and diastolic, and not both.")
    at = _at(cells["measured_at"], zone)
    return Entry(
        id=_id(cells, names),
        measure=cells["measure"],
        measured_at=at,
        value=_typed(cells["value"]) if "value" in cells else None,
        unit=cells.get("unit") if components is None else None,
        components=components,
        context=_context(cells),
        source=cells.get("source", "import"),
        device=cells.get("device"),
    )


def _components(cells: dict[str, str]) -> dict[str, dict[str, object]] | None:
    parts = {name: cells[name] for name in ("systolic", "diastolic") if name in cells}
    unit = cells.get("unit")
    return {name: {"value": _typed(typed), "unit": unit} for name, typed in parts.items()} or None


def _typed(text: str) -> int | float | str:
    """A number as one; LO, HI, a code or nonsense as it stands, for intake to judge."""
    value = rows.number(text)
    return text if value is None else value


def _context(cells: dict[str, str]) -> dict[str, object]:
    context: dict[str, object] = {
        column.removeprefix(FREE): value for column, value in cells.items() if column.startswith(FREE)
    }
    for column in ("on_oxygen", "at_rest"):
        if column in cells:
            context[column] = _YES_NO.get(cells[column].lower(), cells[column])
    if "oxygen_flow" in cells:
        context["oxygen_flow"] = _typed(cells["oxygen_flow"])
    if "meal" in cells:
        context["meal"] = cells["meal"]
    if "symptoms" in cells:
        context["symptoms"] = [one.strip() for one in cells["symptoms"].split("|") if one.strip()]
    return context


def _at(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or len(text) <= len("2026-11-22"):
        raise Broken("measured_at is no date and time such as 2026-11-22T08:15:00+00:00.")
    return rows.in_utc(at, zone)


def _id(cells: dict[str, str], names: Names) -> UUID:
    if "id" not in cells:
        return names.of(*(f"{column}={cells[column]}" for column in sorted(cells)))
    try:
        return UUID(cells["id"])
    except ValueError:
        raise Broken("id is no UUID.") from None
