"""What an enrolment may say, as tables of named cases; no database."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from app.core.errors import Invalid
from app.patients import enrolment, enrolment_list
from app.patients.enrolment import Applicant

TODAY = date(2026, 11, 18)

NHS_NUMBERS = {
    "a number that fits": ("943 476 5919", None),
    "without spaces": ("9434765919", None),
    "with dashes": ("943-476-5919", None),
    "the test range": ("999 000 0018", None),
    "check digit 10 is none": ("991 200 3890", "check digit"),
    "one digit off": ("943 476 5918", "check digit"),
    "two digits swapped": ("934 476 5919", "check digit"),
    "a Scottish CHI number": ("010101 0028", "another country"),
    "a Northern Irish number": ("320 000 0007", "another country"),
    "nine digits": ("943 476 591", "10 digits"),
    "eleven digits": ("943 476 59190", "10 digits"),
    "letters": ("943 476 591X", "10 digits"),
    "digits of another script": ("٩٤٣٤٧٦٥٩١٩", "10 digits"),
    "a spreadsheet's own idea": ("9.43477E+09", "10 digits"),
    "nothing": ("", "10 digits"),
}


@pytest.mark.parametrize(("typed", "fault"), NHS_NUMBERS.values(), ids=NHS_NUMBERS)
def test_nhs_numbers(typed: str, fault: str | None) -> None:
    found = enrolment.nhs_number_fault(typed)
    assert (found is None) if fault is None else (found is not None and fault in found)


def test_an_nhs_number_is_kept_as_digits_and_shown_as_people_read_it() -> None:
    digits = enrolment.nhs_number_digits("943-476 5919")
    assert digits == "9434765919"
    assert enrolment.nhs_number_shown(digits) == "943 476 5919"


BIRTHS = {
    "today": (TODAY, True),
    "tomorrow": (date(2026, 11, 19), False),
    "the first day of 1900": (date(1900, 1, 1), True),
    "the last day of 1899": (date(1899, 12, 31), False),
    "a leap day": (date(1948, 2, 29), True),
}


@pytest.mark.parametrize(("born_on", "fits"), BIRTHS.values(), ids=BIRTHS)
def test_dates_of_birth(born_on: date, fits: bool) -> None:
    assert (enrolment.born_on_fault(born_on, TODAY) is None) is fits


GRANTS = {
    "today": (TODAY, TODAY, True),
    "yesterday": (date(2026, 11, 17), TODAY, False),
    "a year ahead": (date(2027, 11, 18), TODAY, True),
    "a year and a day ahead": (date(2027, 11, 19), TODAY, False),
    "from a leap day": (date(2029, 2, 28), date(2028, 2, 29), True),
    "from a leap day too far": (date(2029, 3, 1), date(2028, 2, 29), False),
    "the last day there is": (date(9999, 12, 31), TODAY, False),
}


@pytest.mark.parametrize(("ends_on", "today", "fits"), GRANTS.values(), ids=GRANTS)
def test_the_last_day_of_a_grant(ends_on: date, today: date, fits: bool) -> None:
    assert (enrolment.grant_fault(ends_on, today) is None) is fits


PRIYA = uuid4()
COORDINATORS = {"priya.shah@kith.example": PRIYA}
HEAD = "given_name,family_name,nhs_number,born_on,phone,coordinator\n"
GOOD = "Ann,Reed,9434765919,1950-02-28,07700 900301,priya.shah@kith.example\n"

READABLE = {
    "commas": HEAD + GOOD,
    "semicolons": (HEAD + GOOD).replace(",", ";"),
    "line ends of Windows": (HEAD + GOOD).replace("\n", "\r\n"),
    "line ends of an old Mac": (HEAD + GOOD).replace("\n", "\r"),
    "a byte order mark": "\ufeff" + HEAD + GOOD,
    "no last line end": (HEAD + GOOD).rstrip(),
    "blank rows": HEAD + ",,,,,\n" + GOOD + "\n\n,,,,,\n",
    "a heading in other case": HEAD.replace("nhs_number", "NHS Number").replace("born_on", " Born on ") + GOOD,
    "quotes": HEAD + '"Ann","Reed","943 476 5919",28/02/1950,"07700 900301",PRIYA.shah@kith.example\n',
    "empty cells at the end": HEAD + GOOD.rstrip() + ",,\n",
    "columns in another order": "family_name,given_name,coordinator,phone,born_on,nhs_number\n"
    "Reed,Ann,priya.shah@kith.example,07700900301,28/02/1950,943-476-5919\n",
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_one_list_written_in_many_ways(text: str) -> None:
    lines, faults = enrolment_list.read(text)
    assert faults == []
    (said,) = [enrolment_list.applicant(line, COORDINATORS, None, TODAY) for line in lines]
    assert isinstance(said, Applicant)
    assert (said.who.given_name, said.who.family_name, said.who.phone) == ("Ann", "Reed", "+447700900301")
    assert enrolment.nhs_number_digits(said.new.nhs_number or "") == "9434765919"
    assert (said.new.born_on, said.new.coordinator_id) == (date(1950, 2, 28), PRIYA)


NO_LISTS = {
    "nothing": "",
    "NUL": HEAD + GOOD.replace("Ann", "A\x00n"),
    "no heading": GOOD,
    "a needed column missing": "given_name,phone\nAnn,07700900301\n",
    "an unknown column": "given_name,family_name,ward\nAnn,Reed,B4\n",
    "a column twice": "given_name,family_name,phone,phone\nAnn,Reed,1,2\n",
    "a quote that never ends": HEAD + '"Ann,Reed\n',
    "too many people": HEAD + GOOD * 5001,
}


@pytest.mark.parametrize("text", NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(Invalid):
        enrolment_list.read(text)


def test_five_thousand_people_are_a_list() -> None:
    assert len(enrolment_list.read(HEAD + GOOD * 5000)[0]) == 5000


WRONG_ROWS = {
    "no name": (",Reed,,,07700900301,", ["given_name"]),
    "no names": (",,,,07700900301,", ["given_name", "family_name"]),
    "a number whose check digit fails": ("Ann,Reed,9434765918,,,", ["nhs_number"]),
    "born tomorrow": ("Ann,Reed,,2026-11-19,07700900301,", ["born_on"]),
    "born on no day": ("Ann,Reed,,30/02/1950,07700900301,", ["born_on"]),
    "an American date": ("Ann,Reed,,02/28/1950,07700900301,", ["born_on"]),
    "a phone from a spreadsheet": ("Ann,Reed,,,4.47701E+11,", ["phone"]),
    "nothing to be found by": ("Ann,Reed,,,,", ["phone"]),
    "an unknown coordinator": ("Ann,Reed,,,07700900301,owen.pugh@kith.example", ["coordinator"]),
    "two things wrong": ("Ann,Reed,9434765918,1899-01-01,,", ["nhs_number", "born_on"]),
    "too few cells": ("Ann,Reed,9434765919", [""]),
    "too many cells": ("Ann,Reed,,,07700900301,,more", [""]),
    "a name of a page": (f"{'A' * 101},Reed,,,07700900301,", ["given_name"]),
}


@pytest.mark.parametrize(("row", "columns"), WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_what_is_wrong_with_a_row_is_named(row: str, columns: list[str]) -> None:
    lines, faults = enrolment_list.read(HEAD + GOOD + row + "\n")
    said = [enrolment_list.applicant(line, COORDINATORS, PRIYA, TODAY) for line in lines]
    faults += [fault for one in said if not isinstance(one, Applicant) for fault in one]
    assert [fault.column for fault in faults] == columns
    assert {fault.row for fault in faults} == {3}


def test_cells_are_text_whatever_they_begin_with() -> None:
    heading = "given_name,family_name,phone,allergies,conditions,is_pregnant,language,zone\n"
    row = '"=HYPERLINK(""x"")",@Reed,07700900301,+Penicillin -rash,COPD | Heart failure|,Yes,ur,Europe/Paris\n'
    (line,), _ = enrolment_list.read(heading + row)
    said = enrolment_list.applicant(line, {}, PRIYA, TODAY)
    assert isinstance(said, Applicant)
    assert (said.who.given_name, said.who.family_name) == ('=HYPERLINK("x")', "@Reed")
    assert (said.who.language, said.new.zone, said.new.is_pregnant) == ("ur", "Europe/Paris", True)
    assert (said.new.allergies, said.new.conditions) == ("+Penicillin -rash", ["COPD", "Heart failure"])
