"""Home logs of people with diabetes (AIM-94 set): date, time, code and value, separated by tabs. Pure.

Codes 48 and 57 to 64 are glucose in mg/dL, most with their meal; every other code is no reading. The log's words 0Hi
and 0Lo are the meter's HI and LO: never a number, least of all a zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.readings.importing import rows
from app.readings.importing.rows import Broken, Line, Names, OtherRow, ReadingRow, Row
from app.readings.intake import Entry

# What the code says of the meal; None where it says nothing. A snack may be at any time of the day.
GLUCOSE: Final[dict[str, str | None]] = {
    "48": None,
    "57": None,
    "58": "fasting",  # before breakfast
    "59": "after",
    "60": "before",
    "61": "after",
    "62": "before",
    "63": "after",
    "64": "before",
}
OTHERS: Final = {
    "33": "regular insulin",
    "34": "NPH insulin",
    "35": "UltraLente insulin",
    "65": "symptoms of low glucose",
    "66": "a usual meal",
    "67": "a larger meal than usual",
    "68": "a smaller meal than usual",
    "69": "usual exercise",
    "70": "more exercise than usual",
    "71": "less exercise than usual",
    "72": "a special event",
}
_UNLISTED: Final = "not in the key of the log"
_BEYOND: Final = {"0hi": "HI", "hi": "HI", "0lo": "LO", "lo": "LO"}
_CODE: Final = re.compile(r"\d{1,3}")


def read(lines: Iterator[Line], names: Names, zone: ZoneInfo) -> Iterator[Row]:
    """The rows of a log, in its order."""

    def parse(line: int, text: str) -> Row:
        return _row(line, text, names, zone)

    return rows.each(lines, parse)


def _row(line: int, text: str, names: Names, zone: ZoneInfo) -> Row:
    cells = [cell.strip() for cell in text.split("\t")]
    if len(cells) != 4:
        raise Broken(f"A row has 4 fields separated by tabs (date, time, code, value), this one has {len(cells)}.")
    day, time, code, typed = cells
    at = _at(day, time, zone)
    if not _CODE.fullmatch(code):
        raise Broken("The code is not a number.")
    value = _BEYOND.get(typed.lower(), rows.number(typed))
    if value is None:
        raise Broken("The value is neither a number nor 0Hi or 0Lo.")
    if code not in GLUCOSE:
        return OtherRow(line, code, OTHERS.get(code, _UNLISTED))
    meal = GLUCOSE[code]
    context = {"log_code": code} | ({"meal": meal} if meal else {})
    entry = Entry(names.of(*cells), "glucose", at, value, "mg/dL", context=context, source="import")
    return ReadingRow(line, text, entry)


def _at(day: str, time: str, zone: ZoneInfo) -> datetime:
    try:
        local = datetime.strptime(f"{day} {time}", "%m-%d-%Y %H:%M").replace(tzinfo=zone)
    except ValueError:
        raise Broken("The date or the time is none (MM-DD-YYYY and HH:MM).") from None
    return rows.in_utc(local, zone)
