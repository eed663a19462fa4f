"""Adherence over the API: parts of wholes from doses, pauses and reminders, in few queries; and the file of it."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import MedicinePause, Reminder
from app.medicines.queries import adhering
from app.patients import queries as patients
from app.patients.models import Patient
from tests import queries_counted
from tests.medicines.due import Pillbox, pillbox, utc
from tests.medicines.table import Table, table_of
from tests.people import World

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EIGHT = utc("2026-11-10 08:00")


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def box(mary: Table, world: World) -> Pillbox:
    """Mary's, with a schedule that its doses belong to."""
    made = mary.add("Ramipril")
    schedule = mary.scheduled(made)
    found = pillbox(world)
    found.medicines.append(made["id"])
    found.schedule = schedule["id"]  # type: ignore[attr-defined]
    return found


def past(box: Pillbox, day: int, state: str = "taken", late: int = 0, slot: int = 0) -> Any:
    """A dose at 08:00 so many days after the tenth."""
    due_at = EIGHT + day * DAY + slot * timedelta(hours=12)
    taken_at = due_at + late * MINUTE if state == "taken" else None
    facts = {"schedule_id": box.schedule, "slot": slot, "remind_at": None}  # type: ignore[attr-defined]
    return box.dose(due_at, state=state, taken_at=taken_at, **facts)


def unsent(box: Pillbox, dose_id: Any, at: Any, state: str = "service_down") -> None:
    whose = {"organisation_id": box.patient.organisation_id, "patient_id": box.patient.id}
    with unit_of_work():
        db.session.add(
            Reminder(
                recipient_id=box.patient.person_id, remind_at=at, due_at=at, dose_ids=[dose_id], channel="sms",
                state=state, **whose,
            )
        )  # fmt: skip


def paused(box: Pillbox, first: str, last: str, ended: str | None = None, medicine: Any = None) -> None:
    whose = {"organisation_id": box.patient.organisation_id, "patient_id": box.patient.id, "by": box.patient.person_id}
    days = {"starts_at": utc(first), "ends_at": utc(last), "ended_at": utc(ended) if ended else None}
    with unit_of_work():
        db.session.add(MedicinePause(medicine_id=medicine, why="hospital", **days, **whose))


def test_every_part_has_its_whole(mary: Table, box: Pillbox) -> None:
    for day, (state, late) in enumerate(
        [("taken", 0), ("taken", 61), ("skipped", 0), ("missed", 0), ("not_recorded", 0), ("withdrawn", 0)]
    ):
        past(box, day, state, late)
    [one] = mary.get("/adherence?days=30")["medicines"]
    assert (one["name"], one["taken"], one["on_time"]) == (
        "Ramipril", {"part": 2, "whole": 5}, {"part": 1, "whole": 5},
    )  # fmt: skip
    assert (one["skipped"], one["missed"], one["not_recorded"], one["not_sent"]) == (1, 1, 1, 0)
    assert one["complete_days"] == {"part": 2, "whole": 5}
    assert one["words"][-1] == "For 1 nothing was recorded: that does not mean not taken."
    assert len(one["days"]) == 30
    assert [day["due"] for day in one["days"] if day["due"]] == [1] * 5


def test_a_dose_without_a_reminder_of_ours_is_told_apart(mary: Table, box: Pillbox) -> None:
    down = past(box, 0, "not_recorded")
    unsent(box, down, EIGHT)
    sent_later = past(box, 1, "not_recorded")
    unsent(box, sent_later, EIGHT + DAY)
    unsent(box, sent_later, EIGHT + DAY + 30 * MINUTE, "made")
    [one] = mary.get("/adherence?days=30")["medicines"]
    assert (one["not_recorded"], one["not_sent"]) == (2, 1)


def test_days_of_a_pause_are_in_no_whole(mary: Table, box: Pillbox) -> None:
    for day in range(5):
        past(box, day)
    paused(box, "2026-11-11 12:00", "2026-11-14 12:00")  # whole days: 12 and 13
    [one] = mary.get("/adherence?days=30")["medicines"]
    assert one["taken"] == {"part": 3, "whole": 3}
    assert [day["on"] for day in one["days"] if day["is_out"]] == ["2026-11-12", "2026-11-13"]


def test_a_pause_that_ended_early_reaches_no_further(mary: Table, box: Pillbox) -> None:
    for day in range(5):
        past(box, day)
    paused(box, "2026-11-11 00:00", "2026-11-20 00:00", ended="2026-11-12 09:00")
    [one] = mary.get("/adherence?days=30")["medicines"]
    assert [day["on"] for day in one["days"] if day["is_out"]] == ["2026-11-11"]
    assert one["taken"] == {"part": 4, "whole": 4}


def test_a_pause_of_another_medicine_leaves_this_one(mary: Table, box: Pillbox) -> None:
    past(box, 1)
    paused(box, "2026-11-11 00:00", "2026-11-12 00:00", medicine=mary.add("Aspirin")["id"])
    [one] = mary.get("/adherence?days=30")["medicines"]
    assert one["taken"] == {"part": 1, "whole": 1}


def test_as_needed_doses_and_those_still_due_count_nowhere(mary: Table, box: Pillbox) -> None:
    box.dose(EIGHT, state="taken", taken_at=EIGHT)
    assert mary.get("/adherence")["medicines"] == []


def test_a_stopped_medicine_is_still_told_of(mary: Table, box: Pillbox) -> None:
    past(box, 0)
    mary.post(f"/medicines/{box.medicines[0]}/stop", {"why": "A rash."})
    assert [one["name"] for one in mary.get("/adherence")["medicines"]] == ["Ramipril"]


@pytest.mark.parametrize("days", ["0", "367", "many"])
def test_days_out_of_range_are_refused(client: FlaskClient, mary: Table, days: str) -> None:
    assert client.get(f"{mary.url}/adherence?days={days}", headers=mary.headers).status_code == 422


def test_of_many_it_asks_as_little_as_of_one(mary: Table, box: Pillbox, world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)

    def asked() -> int:
        with unit_of_work(), queries_counted.counted() as statements:
            adhering.over(patient, 90)
        return len(statements)

    past(box, 0)
    one = asked()
    for day in range(1, 8):
        past(box, day)
        mary.add(f"Medicine {day}")
    assert asked() == one == 5


def test_the_file_is_for_a_spreadsheet_and_no_cell_is_a_formula(client: FlaskClient, mary: Table, box: Pillbox) -> None:
    past(box, 0)
    answer = mary.patch(f"/medicines/{box.medicines[0]}", 1, {"name": '=HYPERLINK("http://evil.example")'})
    assert answer.status_code == 200
    found = client.get(f"{mary.url}/adherence.csv?days=30", headers=mary.headers)
    assert (found.status_code, found.mimetype) == (200, "text/csv")
    assert found.headers["Content-Disposition"] == 'attachment; filename="adherence.csv"'
    heads, *lines = csv.reader(StringIO(found.get_data(as_text=True).removeprefix("\ufeff")))
    assert heads == list(adhering.COLUMNS)
    assert len(lines) == 30
    assert {line[0] for line in lines} == {'\'=HYPERLINK("http://evil.example")'}
    (due,) = [line for line in lines if line[2] == "1"]
    assert due[1:] == ["2026-11-10", "1", "1", "1", "0", "0", "0", "0", "no"]


def test_the_days_are_those_of_the_patient(mary: Table, box: Pillbox) -> None:
    with unit_of_work():
        db.session.execute(update(Patient).where(Patient.id == box.patient.id).values(zone="Pacific/Kiritimati"))
    assert mary.get("/adherence?days=7")["last"] == "2026-11-19"
