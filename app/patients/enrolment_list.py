"""A list of people to enrol, as CSV: what its cells say, and what is wrong with which row. Pure.

A heading, then one person a row. Columns in any order and case: given_name and family_name (needed), nhs_number,
born_on (1948-03-09 or 09/03/1948), is_pregnant (yes or no), phone, email, language, zone, coordinator (e-mail; else the
one the list is sent with), communication_needs, allergies, conditions (several separated by |). Commas or semicolons,
any line ends, with or without a byte order mark. Cells are text and stay text, whatever they begin with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.core.errors import Invalid
from app.identity import introductions
from app.patients import enrolment
from app.patients.enrolment import Applicant, NewPatient

MOST_ROWS = 5000
NEEDED = ("given_name", "family_name")
# A column, and the most characters a cell of it may hold.
COLUMNS = {
    "given_name": 100, "family_name": 100, "nhs_number": 20, "born_on": 10, "is_pregnant": 3, "phone": 30, "email": 254,
    "language": 10, "zone": 60, "coordinator": 254, "communication_needs": 2000, "allergies": 2000, "conditions": 2000,
}  # fmt: skip
_YES_NO = {"yes": True, "y": True, "no": False, "n": False}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as sent; the heading is row 1, as a spreadsheet counts."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, in words for the person who sent it."""

    row: int
    column: str
    detail: str


class _Wrong(Exception):
    """A cell that cannot be read: column and reason."""


def read(text: str) -> tuple[list[Line], list[Fault]]:
    """The rows of a list and those that do not fit its heading; raises Invalid where it is no such list at all."""
    if "\x00" in text:
        raise Invalid("This file holds NUL characters, so it is no CSV. Save it as CSV and send it again.")
    text = text.removeprefix("\ufeff")
    first = next(iter(text.splitlines()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise Invalid("The quotes in this file do not fit together, so its rows cannot be told apart.") from None
    heading = _heading(rows[0] if rows else [])
    if len(rows) - 1 > MOST_ROWS:
        raise Invalid(f"A list may hold {MOST_ROWS} people. Please send it in parts.")
    return _lines(heading, rows[1:])


def _heading(cells: list[str]) -> list[str]:
    heading = [cell.strip().lower().replace(" ", "_") for cell in cells]
    unknown = sorted({name for name in heading if name not in COLUMNS})
    missing = [name for name in NEEDED if name not in heading]
    if unknown or missing or len(set(heading)) < len(heading):
        known = f"The columns are {', '.join(COLUMNS)}; given_name and family_name are needed, each once."
        raise Invalid(f"The heading of this list cannot be used. {known}")
    return heading


def _lines(heading: list[str], rows: list[list[str]]) -> tuple[list[Line], list[Fault]]:
    lines, faults = [], []
    for number, row in enumerate(rows, 2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue  # a blank row, as spreadsheets leave at the end
        if len(cells) < len(heading) or any(cells[len(heading) :]):
            faults.append(Fault(number, "", f"Has {len(cells)} cells where the heading has {len(heading)}."))
        else:
            lines.append(Line(number, dict(zip(heading, cells, strict=False))))
    return lines, faults


def applicant(
    line: Line, coordinators: Mapping[str, UUID], coordinator_id: UUID | None, today: date
) -> Applicant | list[Fault]:
    """What one row says, or everything that is wrong with it.

    `coordinators` are those of the team, by e-mail; `coordinator_id` is the one for rows that name none.
    """
    cells = line.cells
    faults = [
        Fault(line.row, name, f"Is longer than {most} characters.")
        for name, most in COLUMNS.items()
        if len(cells.get(name, "")) > most
    ]
    faults += [Fault(line.row, name, "Is missing.") for name in NEEDED if not cells[name]]
    if faults:
        return faults
    try:
        read_as = _applicant(cells, coordinators, coordinator_id)
    except _Wrong as wrong:
        return [Fault(line.row, *wrong.args)]
    except Invalid as invalid:
        return [Fault(line.row, error["pointer"].strip("/"), error["detail"]) for error in invalid.errors]
    return [Fault(line.row, name, detail) for name, detail in enrolment.applicant_faults(read_as, today)] or read_as


def _applicant(cells: dict[str, str], coordinators: Mapping[str, UUID], coordinator_id: UUID | None) -> Applicant:
    who = introductions.introduced(
        cells["given_name"],
        cells["family_name"],
        cells.get("phone") or None,
        cells.get("email") or None,
        cells.get("language") or "en",
    )
    new = NewPatient(
        coordinator_id=_coordinator(cells.get("coordinator", ""), coordinators, coordinator_id),
        zone=cells.get("zone") or "Europe/London",
        nhs_number=cells.get("nhs_number") or None,
        born_on=_date(cells.get("born_on", "")),
        is_pregnant=_yes_or_no(cells.get("is_pregnant", "")),
        communication_needs=cells.get("communication_needs") or None,
        allergies=cells.get("allergies") or None,
        conditions=[name for part in cells.get("conditions", "").split("|") if (name := part.strip())],
    )
    return Applicant(who, new)


def _coordinator(email: str, coordinators: Mapping[str, UUID], otherwise: UUID | None) -> UUID:
    found = coordinators.get(email.lower()) if email else otherwise
    if found is None:
        raise _Wrong("coordinator", "No coordinator of this team has this e-mail." if email else "Is missing.")
    return found


def _date(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    if text:
        raise _Wrong("born_on", "Not a date such as 1948-03-09 or 09/03/1948.")
    return None


def _yes_or_no(text: str) -> bool:
    if text and text.lower() not in _YES_NO:
        raise _Wrong("is_pregnant", "Say yes or no.")
    return _YES_NO.get(text.lower(), False)
