"""My record in a real browser: asked for and taken, corrected, and the account closed after it was explained."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.records.models import CorrectionNote, RecordExport
from app.records.service import exporting
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


def copies_made(app: Flask) -> None:
    """What the worker does with the copies that wait."""
    with app.app_context(), unit_of_work():
        for export_id in db.session.scalars(select(RecordExport.id).where(RecordExport.ready_at.is_(None))):
            exporting.make(str(export_id))


@SIZES
def test_mary_takes_her_record_corrects_it_and_leaves(
    opens: Opens, app: Flask, world: World, size: dict[str, int]
) -> None:
    mary = opens(size)
    mary.sign_in(world.mary)
    mary.page.get_by_role("link", name="My record", exact=True).click()
    mary.looks_right("My record")
    mary.page.get_by_role("button", name="Ask for a copy").click()
    mary.page.get_by_text("it is being made").wait_for()
    copies_made(app)
    mary.go("/me/record/")
    mary.looks_right("My record")
    with mary.page.expect_download() as taken:
        mary.page.get_by_role("link", name="download it").click()
    with zipfile.ZipFile(io.BytesIO(Path(taken.value.path()).read_bytes())) as archive:
        assert {"README.txt", "json/patient.json", "csv/patient.csv"} <= set(archive.namelist())
    assert taken.value.suggested_filename == "kith-record-2026-11-18.zip"
    refused(mary, "Keep this note", "My record")
    mary.page.get_by_label("What is wrong, and what is right?").fill("My allergy is to nuts.")
    mary.page.get_by_role("button", name="Keep this note").click()
    mary.page.get_by_text("Your note is kept").wait_for()
    assert [note.text for note in db.session.scalars(select(CorrectionNote))] == ["My allergy is to nuts."]
    leaves(mary)
    db.session.expire_all()
    assert db.session.get_one(Person, world.mary.id).is_active is False
    mary.go("/me/record/")
    mary.looks_right("Sign in")


def refused(mary: windows.Window, button: str, heading: str) -> None:
    """She presses too early and is told why on the same page; the browser itself notes the status, 422."""
    with mary.page.expect_navigation():
        mary.page.get_by_role("button", name=button).click()
    mary.page.get_by_text("There is a problem").wait_for()
    mary.complaints.clear()
    mary.looks_right(heading)


def leaves(mary: windows.Window) -> None:
    """She reads what follows, presses without meaning it, and then means it."""
    mary.page.get_by_role("link", name="Close my account").click()
    mary.looks_right("Close my account")
    refused(mary, "Close my account", "Close my account")
    mary.page.get_by_label("I have read what ends and what stays").check()
    mary.page.get_by_role("button", name="Close my account").click()
    mary.looks_right("Your account is closed")


def test_priya_reads_why_she_cannot_leave(opens: Opens, world: World) -> None:
    priya = opens(windows.PHONE)
    priya.sign_in(world.priya)
    priya.go("/me/record/close")
    priya.looks_right("Close my account")
    assert priya.page.get_by_text("Hand them over first").is_visible()
