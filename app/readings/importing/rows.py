"""The rows of a file: each is a reading, something else, somebody else's, or broken with a reason. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.readings.intake import Entry

# The names of imported readings live here; changing it would import every file a second time.
_NAMESPACE: Final = UUID("6f1c2f0e-6a0b-5d0c-9a39-2b7b6f7d1e55")
_NUMBER: Final = re.compile(r"-?(\d{1,15}|\d{0,15}\.\d{1,15})")
_YEARS: Final = range(1900, 2201)  # as the API takes them


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; the text is None where it is none that can be read."""

    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A row that holds a reading. Whether it can be one is for intake to say."""

    line: int
    text: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row of this person that is no reading, such as a dose of insulin."""

    line: int
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class StrangerRow:
    """A row about another person of the same file."""

    line: int


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read, and why."""

    line: int
    text: str
    reason: str


Row = ReadingRow | OtherRow | StrangerRow | BrokenRow


class Broken(Exception):
    """Why a row cannot be read, in plain words."""


class NotThisFormat(Exception):
    """Why the whole file cannot be read as what it is said to be, in plain words."""


class Names:
    """The id of each row: the same patient, format and content give the same id, whatever else is in the file.

    So an import that runs again, or goes on after a crash, stores nothing twice. A row that stands twice in a file was
    written twice: the second time is a reading of its own, and again the same one in the next run.
    """

    def __init__(self, patient_id: UUID, file_format: str) -> None:
        self._space = uuid5(_NAMESPACE, f"{patient_id} {file_format}")
        self._times: Counter[str] = Counter()

    def of(self, *content: str) -> UUID:
        """The id of the next row with this content."""
        key = "\x1f".join(content)
        self._times[key] += 1
        return uuid5(self._space, f"{key}\x1e{self._times[key]}")


def lines(data: bytes) -> Iterator[Line]:
    """The lines of a file that hold something, counted from 1 as an editor does."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not raw.strip():
            continue
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            yield Line(number, None)
            continue
        yield Line(number, None if "\x00" in text else text)


def each(these: Iterator[Line], parse: Callable[[int, str], Row]) -> Iterator[Row]:
    """What each line holds, by a function that raises Broken."""
    for line in these:
        if line.text is None:
            yield BrokenRow(line.number, "", "The line is no text that can be read (UTF-8).")
            continue
        try:
            yield parse(line.number, line.text)
        except Broken as wrong:
            yield BrokenRow(line.number, line.text, str(wrong))


def number(text: str) -> int | float | None:
    """The number a cell holds, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def in_utc(at: datetime, zone: ZoneInfo) -> datetime:
    """An instant in UTC. A time without a zone is the patient's own.

    An hour that the clock shows twice in autumn is taken the first time; one it skips in spring is shifted forward.
    """
    if at.year not in _YEARS:
        raise Broken("The year cannot be right.")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
