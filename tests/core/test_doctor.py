"""flask doctor: every check by its name, what to do where it does not hold, and an exit code for scripts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.core import clock, doctor, jobs, scheduler, wake
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications import checks
from tests.conftest import settings_for

TWILIO = {
    "sms_channel": "twilio",
    "twilio_account_sid": "AC" + "0a" * 16,
    "twilio_auth_tokens": ("1b" * 16,),
    "twilio_messaging_service_sid": "MG" + "2c" * 16,
    "public_url": "https://kith.riverside.nhs.uk",
}


@pytest.fixture
def settings(app: Flask) -> Iterator[Settings]:
    """The app's settings, which a test may change for itself."""
    kept: Settings = app.config["KITH"]
    with app.app_context():
        yield kept
    app.config["KITH"] = kept


def test_everything_holds_once_a_worker_has_ticked_and_clocks_agree(kith: Flask) -> None:
    scheduler.run(kith, jobs.JOBS[0])
    answer = kith.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[-1] == "Everything holds."
    names = [line.split(None, 1)[1].strip() for line in answer.output.splitlines()[:-1]]
    assert {
        "database",
        "migrations",
        "durable",
        "role",
        "tick",
        "queue age",
        "clock",
        "texts",
        "languages",
        "protocols",
    } <= set(names)


def test_what_is_wrong_is_said_with_what_to_do(app: Flask) -> None:
    with clock.at(clock.now() + timedelta(days=1000)):
        answer = app.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 1
    wrong = [line for line in answer.output.splitlines() if line.startswith("WRONG")]
    assert any("tick" in line and "start flask worker" in line for line in wrong)
    assert any("clock" in line and "NTP" in line for line in wrong)
    assert answer.output.splitlines()[-1] == f"{len(wrong)} of {len(answer.output.splitlines()) - 1} need you."


def test_a_role_that_may_too_much_is_found(app: Flask, server: object, database: str) -> None:
    urls = settings_for(server, database)  # type: ignore[arg-type]
    assert doctor.other_role(wake.conninfo(urls.worker_database_url)) is None
    assert "use kith_worker" in (doctor.other_role(wake.conninfo(urls.owner_database_url)) or "")


def test_commits_that_do_not_wait_for_the_disk_are_found(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        db.session.execute(text("set local synchronous_commit = off"))
        assert "synchronous_commit is off" in (doctor.examine()["durable"] or "")


def test_where_no_database_answers_only_that_is_said(kith: Flask) -> None:
    settings = dataclasses.replace(
        kith.config["KITH"], database_url="postgresql+psycopg://kith_app@/none?host=/tmp/none"
    )
    answer = create_app(settings).test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 1
    assert [line.split()[:2] for line in answer.output.splitlines()[:-1]] == [["WRONG", "database"]]
    assert "DATABASE_URL" in answer.output


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, None),
        ({"twilio_account_sid": "SK" + "0" * 32}, "TWILIO_ACCOUNT_SID"),
        ({"twilio_auth_tokens": ("1b" * 16, "old one")}, "TWILIO_AUTH_TOKEN"),
        ({"twilio_messaging_service_sid": "VA" + "2" * 32}, "TWILIO_MESSAGING_SERVICE_SID"),
        ({"twilio_from_number": "07700 900000"}, "TWILIO_FROM_NUMBER"),
        ({"twilio_from_number": "+447700900000"}, None),
    ],
    ids=["right", "a key", "an old token", "another service", "a number as dialled at home", "a number"],
)
def test_settings_that_twilio_would_refuse(settings: Settings, changes: dict[str, object], named: str | None) -> None:
    found = checks.faults(dataclasses.replace(settings, **{**TWILIO, **changes}))  # type: ignore[arg-type]
    assert [fault.split()[0] for fault in found] == ([named] if named else [])


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("https://kith.riverside.nhs.uk", True),
        ("http://kith.riverside.nhs.uk", False),
        ("https://localhost:8000", False),
        ("https://kith_live.riverside.nhs.uk", False),
    ],
)
def test_whether_twilio_can_call_back(app: Flask, settings: Settings, address: str, is_right: bool) -> None:
    app.config["KITH"] = dataclasses.replace(settings, **{**TWILIO, "public_url": address})  # type: ignore[arg-type]
    assert (checks.callback_fault() is None) is is_right


def test_in_production_no_plan_runs_by_a_text_that_nobody_approved(app: Flask, settings: Settings) -> None:
    assert doctor.examine()["protocols"] is None
    app.config["KITH"] = dataclasses.replace(settings, kind="production")
    assert "flask protocols approve" in (doctor.examine()["protocols"] or "")
    given = ["--name", "Dr Ada Moss", "--role", "Clinical safety officer"]
    answer = app.test_cli_runner().invoke(args=["protocols", "approve", "diabetes", "1", *given])
    assert answer.exit_code == 0, answer.output
    assert doctor.examine()["protocols"] is None
