"""What the rows of a file hold: logs, an app's export, tables, and every way they can be broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readings.importing import rows, table, uci, welltory
from app.readings.importing.rows import BrokenRow, Names, NotThisFormat, OtherRow, ReadingRow, Row, StrangerRow

LONDON, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kolkata")
PATIENT = UUID(int=7)


def names(patient: UUID = PATIENT) -> Names:
    return Names(patient, "test")


def log(text: str | bytes, zone: ZoneInfo = LONDON) -> list[Row]:
    data = text.encode() if isinstance(text, str) else text
    return list(uci.read(rows.lines(data), names(), zone))


def one_log(text: str, zone: ZoneInfo = LONDON) -> Row:
    (row,) = log(text, zone)
    return row


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


READINGS = [
    ("before breakfast", "01-05-1991\t9:09\t58\t100", at(1991, 1, 5, 9, 9), 100, "fasting"),
    ("after breakfast", "01-05-1991\t09:09\t59\t100", at(1991, 1, 5, 9, 9), 100, "after"),
    ("before lunch", "01-05-1991\t12:00\t60\t101", at(1991, 1, 5, 12), 101, "before"),
    ("after lunch", "01-05-1991\t12:00\t61\t101", at(1991, 1, 5, 12), 101, "after"),
    ("before supper", "01-05-1991\t12:00\t62\t101", at(1991, 1, 5, 12), 101, "before"),
    ("after supper", "01-05-1991\t12:00\t63\t101", at(1991, 1, 5, 12), 101, "after"),
    ("before a snack", "01-05-1991\t12:00\t64\t101", at(1991, 1, 5, 12), 101, "before"),
    ("no meal told", "01-05-1991\t12:00\t48\t101", at(1991, 1, 5, 12), 101, None),
    ("no meal told either", "01-05-1991\t12:00\t57\t101", at(1991, 1, 5, 12), 101, None),
    ("leading zeros", "01-05-1991\t12:00\t57\t009", at(1991, 1, 5, 12), 9, None),
    ("a decimal", "01-05-1991\t12:00\t57\t99.5", at(1991, 1, 5, 12), 99.5, None),
    ("LO is no zero", "11-08-1989\t18:00\t62\t0Lo", at(1989, 11, 8, 18), "LO", "before"),
    ("HI is no zero", "10-31-1989\t12:00\t60\t0Hi", at(1989, 10, 31, 12), "HI", "before"),
    ("a zero is one: intake refuses it", "05-01-1990\t12:00\t64\t0", at(1990, 5, 1, 11), 0, "before"),
    ("summer time", "07-01-1991\t09:00\t57\t100", at(1991, 7, 1, 8), 100, None),
    ("an hour that comes twice: the first", "10-27-1991\t01:30\t57\t100", at(1991, 10, 27, 0, 30), 100, None),
    ("an hour that never was: shifted forward", "03-31-1991\t01:30\t57\t100", at(1991, 3, 31, 1, 30), 100, None),
    ("spaces around and a line end of another system", " 01-05-1991\t12:00 \t57\t101\r", at(1991, 1, 5, 12), 101, None),
]


@pytest.mark.parametrize("text, when, value, meal", [case[1:] for case in READINGS], ids=[case[0] for case in READINGS])
def test_glucose_in_a_log(text: str, when: datetime, value: object, meal: str | None) -> None:
    row = one_log(text)
    assert isinstance(row, ReadingRow)
    assert (row.entry.measure, row.entry.unit, row.entry.source) == ("glucose", "mg/dL", "import")
    assert (row.entry.measured_at, row.entry.value, row.entry.context.get("meal")) == (when, value, meal)


def test_no_zone_means_the_patients() -> None:
    row = one_log("01-05-1991\t12:00\t57\t101", KOLKATA)
    assert isinstance(row, ReadingRow)
    assert row.entry.measured_at == at(1991, 1, 5, 6, 30)


OTHERS = ["33", "34", "35", "65", "66", "67", "68", "69", "70", "71", "72", "4", "56", "36", "0"]


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_not_a_reading(code: str) -> None:
    row = one_log(f"01-05-1991\t12:00\t{code}\t6.5")
    assert isinstance(row, OtherRow)
    assert (row.code, row.label == "not in the key of the log") == (code, code in ("4", "56", "36", "0"))


BROKEN = [
    ("three fields", "01-05-1991\t12:00\t57", "4 fields"),
    ("five fields", "01-05-1991\t12:00\t57\t100\t1", "4 fields"),
    ("spaces for tabs", "01-05-1991 12:00 57 100", "4 fields"),
    ("the 30th of February", "02-30-1991\t12:00\t57\t100", "date"),
    ("day before month", "21-04-1991\t12:00\t57\t100", "date"),
    ("no date", "\t12:00\t57\t100", "date"),
    ("hour 25", "01-05-1991\t25:00\t57\t100", "time"),
    ("minute 60", "01-05-1991\t12:60\t57\t100", "time"),
    ("year 1", "01-05-0001\t12:00\t57\t100", "year"),
    ("a word for a code", "01-05-1991\t12:00\tglu\t100", "code"),
    ("no value", "01-05-1991\t12:00\t57\t", "value"),
    ("a letter in it", "01-05-1991\t12:00\t57\t1O0", "value"),
    ("a broken dose", "01-05-1991\t12:00\t33\t3A", "value"),
    ("endless", "01-05-1991\t12:00\t57\t" + "9" * 400, "value"),
]


@pytest.mark.parametrize("text, reason", [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_row_is_listed_with_its_line(text: str, reason: str) -> None:
    good = "01-05-1991\t12:00\t57\t100"
    first, broken, last = log(f"{good}\n\n{text}\n{good}")
    assert isinstance(broken, BrokenRow)
    assert (broken.line, broken.text) == (3, text)
    assert reason in broken.reason
    assert isinstance(first, ReadingRow)
    assert isinstance(last, ReadingRow)


def test_bytes_that_are_no_text_break_only_their_line() -> None:
    found = log(b"\xef\xbb\xbf01-05-1991\t12:00\t57\t100\n01-05-1991\t12:00\t57\t\xff\n01-05-1991\t1\x002:00\t57\t100")
    assert [(type(row), row.line) for row in found] == [(ReadingRow, 1), (BrokenRow, 2), (BrokenRow, 3)]


_logs = st.lists(st.sampled_from(["01-05-1991\t12:00\t57\t100", "01-05-1991\t12:00\t57\t101", "x", ""]), max_size=8)


@given(_logs, _logs)
def test_a_row_keeps_its_id_whatever_else_the_file_holds(before: list[str], more: list[str]) -> None:
    first, second = [ids(log("\n".join(text))) for text in (before, before + more)]
    assert len(set(second)) == len(second)
    assert second[: len(first)] == first


def ids(found: list[Row]) -> list[UUID]:
    return [row.entry.id for row in found if isinstance(row, ReadingRow)]


def test_a_row_that_stands_twice_is_two_readings() -> None:
    twice = "01-05-1991\t12:00\t57\t100\n" * 2
    assert len(set(ids(log(twice)))) == 2
    assert ids(log(twice)) == ids(log(twice))


def test_ids_are_the_patients_and_the_formats() -> None:
    made = {space.of("a", "b") for space in (names(), names(UUID(int=8)), Names(PATIENT, "other"))}
    assert len(made | {names().of("ab")}) == 4


HEAD = '"user_code","measurement_datetime","diastolic","systolic","kerdo_vegetation_index"'


def export(text: str, user: str | None = "a") -> list[Row]:
    return list(welltory.read(rows.lines(text.encode()), names(), LONDON, user))


def test_pressures_of_one_person_of_an_app() -> None:
    found = export(f'{HEAD}\n"a","2020-04-29  22:33:33",100,150,""\n"b","2020-04-30  01:33:33",100,150,"6.1"')
    assert isinstance(found[0], ReadingRow)
    assert isinstance(found[1], StrangerRow)
    entry = found[0].entry
    assert entry.measured_at == at(2020, 4, 29, 21, 33, 33)
    assert (entry.measure, entry.source, entry.device) == ("blood_pressure", "sync", "Welltory")
    assert entry.components == {
        "systolic": {"value": 150, "unit": "mm[Hg]"},
        "diastolic": {"value": 100, "unit": "mm[Hg]"},
    }


WRONG_EXPORTS = [
    ("several people and nobody named", f'{HEAD}\n"a","",1,1,""\n"b","",1,1,""', None, "2 people"),
    ("somebody who is not in it", f'{HEAD}\n"a","",1,1,""', "c", "Nobody"),
    ("another table", "user_code,steps\na,100", "a", "missing: measurement_datetime"),
    ("nothing", "", "a", "column names"),
    ("a heading with broken quotes", '"user_code,"x', "a", "quotes"),
    ("a column twice", "a,a\n1,2", "a", "twice"),
]


@pytest.mark.parametrize("text, user, why", [c[1:] for c in WRONG_EXPORTS], ids=[c[0] for c in WRONG_EXPORTS])
def test_what_is_no_such_export(text: str, user: str | None, why: str) -> None:
    with pytest.raises(NotThisFormat, match=why):
        export(text, user)


@pytest.mark.parametrize(
    "text, reason",
    [
        ('"a","2020-04-31  22:33:33",100,150,""', "date"),
        ('"a","2020-04-29  22:33:33","",150,""', "diastolic"),
        ('"a","2020-04-29  22:33:33",100,high,""', "systolic"),
        ('"a","2020-04-29  22:33:33",100,150', "5 columns"),
        ('"a","2020-04-29  22:33:33,100,150,""', "quotes"),
    ],
)
def test_a_broken_pressure_is_listed(text: str, reason: str) -> None:
    good = '"a","2020-04-29  22:33:33",100,150,""'
    first, broken, last = export(f"{HEAD}\n{good}\n{text}\n{good}", None)
    assert isinstance(broken, BrokenRow)
    assert broken.line == 3
    assert reason in broken.reason
    assert isinstance(first, ReadingRow)
    assert isinstance(last, ReadingRow)


def tabled(text: str) -> Iterator[Row]:
    return table.read(rows.lines(text.encode()), names(), LONDON)


def one_entry(heading: str, row: str) -> dict[str, object]:
    (found,) = tabled(f"{heading}\n{row}")
    assert isinstance(found, ReadingRow), found
    entry = found.entry
    return {field: getattr(entry, field) for field in entry.__slots__}


TABLED: list[tuple[str, str, str, dict[str, object]]] = [
    ("a number", "measure,measured_at,value,unit", "weight,2026-01-05T08:00Z,80.5,kg", {"value": 80.5, "unit": "kg"}),
    ("own time", "measure,measured_at,value", "pulse,2026-07-05 08:00,80", {"measured_at": at(2026, 7, 5, 7)}),
    ("an offset", "measure,measured_at,value", "pulse,2026-07-05T08:00+03:00,80", {"measured_at": at(2026, 7, 5, 5)}),
    ("a word of the meter", "Measure;Measured_at;Value", "glucose;2026-07-05T08:00;LO", {"value": "LO", "unit": None}),
    ("a code", "value,measured_at,measure", "C,2026-07-05T08:00,consciousness", {"value": "C"}),
    ("nonsense is for intake", "measure,measured_at,value", "pulse,2026-07-05T08:00,fast", {"value": "fast"}),
    (
        "a pressure",
        "measure,measured_at,systolic,diastolic,unit,source,device",
        "blood_pressure,2026-07-05T08:00,150,95,mm[Hg],device,cuff 7",
        {
            "components": {
                "systolic": {"value": 150, "unit": "mm[Hg]"},
                "diastolic": {"value": 95, "unit": "mm[Hg]"},
            },
            "unit": None,
            "source": "device",
            "device": "cuff 7",
        },
    ),
    (
        "half a pressure is for intake",
        "measure,measured_at,systolic,diastolic",
        "blood_pressure,2026-07-05T08:00,150,",
        {"components": {"systolic": {"value": 150, "unit": None}}},
    ),
    (
        "the context",
        "measure,measured_at,value,on_oxygen,oxygen_flow,at_rest,meal,symptoms,context.note",
        'pulse,2026-07-05T08:00,80,yes,2,no,before,dizziness | unwell,"in bed, awake"',
        {
            "context": {
                "on_oxygen": True, "oxygen_flow": 2, "at_rest": False, "meal": "before",
                "symptoms": ["dizziness", "unwell"], "note": "in bed, awake",
            }
        },
    ),
    (
        "its own id",
        "id,measure,measured_at,value",
        "00000000-0000-7000-8000-000000000001,pulse,2026-07-05T08:00,80",
        {"id": UUID("00000000-0000-7000-8000-000000000001")},
    ),
]  # fmt: skip


@pytest.mark.parametrize("heading, row, holds", [case[1:] for case in TABLED], ids=[case[0] for case in TABLED])
def test_rows_of_a_table(heading: str, row: str, holds: dict[str, object]) -> None:
    entry = one_entry(heading, row)
    assert entry | holds == entry


def test_the_order_of_columns_changes_no_id() -> None:
    one = one_entry("measure,measured_at,value,unit", "pulse,2026-07-05T08:00,80,")
    assert one["id"] == one_entry("value,measure,measured_at", "80,pulse,2026-07-05T08:00")["id"]


@pytest.mark.parametrize(
    "row, reason",
    [
        (",2026-07-05T08:00,80,,", "measure is empty"),
        ("pulse,,80,,", "measured_at is empty"),
        ("pulse,2026-07-05,80,,", "no date and time"),
        ("pulse,yesterday,80,,", "no date and time"),
        ("pulse,9999-12-31T23:59:59-14:00,80,,", "year"),
        ("pulse,2026-07-05T08:00,,,", "a value, or"),
        ("pulse,2026-07-05T08:00,80,150,", "and not both"),
        ("pulse,2026-07-05T08:00,80,,7", "no UUID"),
        (f"{'p' * 41},2026-07-05T08:00,80,,", "longer than 40"),
        (f"pulse,2026-07-05T08:00,{'8' * 201},,", "longer than 200"),
        ("pulse,2026-07-05T08:00,80,", "5 columns"),
        ('pulse,2026-07-05T08:00,"80,,', "quotes"),
    ],
)
def test_a_broken_row_of_a_table(row: str, reason: str) -> None:
    broken, good = tabled(f"measure,measured_at,value,systolic,id\n{row}\npulse,2026-07-05T08:00,80,,")
    assert isinstance(broken, BrokenRow)
    assert reason in broken.reason
    assert isinstance(good, ReadingRow)


def test_an_id_that_stands_twice_is_listed() -> None:
    row = "00000000-0000-7000-8000-000000000001,pulse,2026-07-05T08:00,80"
    found = list(tabled(f"id,measure,measured_at,value\n{row}\n{row}"))
    assert [type(one) for one in found] == [ReadingRow, BrokenRow]


@pytest.mark.parametrize(
    "heading, why", [("measure,value", "measured_at"), ("measure,measured_at,value,symptom", "mean nothing")]
)
def test_a_table_of_other_columns_is_refused_whole(heading: str, why: str) -> None:
    with pytest.raises(NotThisFormat, match=why):
        list(tabled(heading))
