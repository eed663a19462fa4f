"""Real files are imported whole: every number the command tells is counted from the raw text as well."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.alerts.models import Alert, Finding
from app.core import clock
from app.core.db import db
from app.notifications.models import Delivery
from app.readings.models import Reading
from tests.people import World
from tests.readings import imports, raw_logs
from tests.readings.raw_logs import Counted


def expected(counted: Counted, strangers: int = 0) -> dict[str, int]:
    return {
        "rows": counted.rows + strangers,
        "stored": counted.stored,
        "already there": 0,
        "refused (kept in quarantine)": counted.refused,
        "imported before with other content": 0,
        "broken rows": 0,
        "rows about other people": strangers,
        "not a reading": sum(counted.others.values()),
        "near-duplicates among the readings": counted.copies,
        "findings": sum(counted.findings.values()),
    } | {f"  {kind}": count for kind, count in counted.findings.items()}


def told_and_true(output: str, counted: Counted, strangers: int = 0) -> None:
    told = imports.numbers(output)
    codes = {label.split()[1].rstrip(":"): told.pop(label) for label in list(told) if label.startswith("  code ")}
    assert codes == counted.others
    assert told == expected(counted, strangers)


def nobody_was_told() -> None:
    assert imports.count(Alert.id) == imports.count(Delivery.id) == 0
    assert imports.count(Reading.id, Reading.is_history.is_(False)) == 0


@pytest.fixture
def beside(tmp_path: Path) -> list[str]:
    return ["--errors", str(tmp_path / "left-out.csv")]


def test_all_diabetes_logs(app: Flask, world: World, beside: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    counted = {log.name: raw_logs.glucose(log) for log in raw_logs.LOGS}
    patients = imports.enrolled(world, list(counted), "Diabetes")
    for log in raw_logs.LOGS:
        told_and_true(imports.imported(app, log, "uci", patients[log.name], *beside), counted[log.name])
        held, wanted = imports.stored_of(patients[log.name]), counted[log.name]
        assert (held.stored, held.refused, held.copies) == (wanted.stored, wanted.refused, 0)
        assert held.findings == wanted.findings
    nobody_was_told()
    show(capsys, "20 diabetes logs", list(counted.values()))
    assert sum(one.rows for one in counted.values()) == 7145
    assert sum(one.stored for one in counted.values()) == 3003
    assert sum(one.refused for one in counted.values()) == 1


def test_all_pressures(app: Flask, world: World, beside: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    counted = raw_logs.pressures()
    patients = imports.enrolled(world, list(counted), "Hypertension")
    for code, patient in patients.items():
        output = imports.imported(app, raw_logs.PRESSURES, "welltory", patient, "--user", code, *beside)
        told_and_true(output, counted[code], strangers=721 - counted[code].rows)
        held = imports.stored_of(patient)
        assert (held.stored, held.refused, held.copies) == (counted[code].stored, 0, counted[code].copies)
        assert held.findings == counted[code].findings
    nobody_was_told()
    show(capsys, "pressures of 28 people", list(counted.values()))
    assert sum(one.stored for one in counted.values()) == 721
    assert sum(one.copies for one in counted.values()) == 322


def show(capsys: pytest.CaptureFixture[str], what: str, counted: list[Counted]) -> None:
    """Print what was counted, whoever runs this."""
    others, findings = (sum((getattr(one, name) for one in counted), Counter()) for name in ("others", "findings"))
    lines = [
        f"{what}: {sum(one.rows for one in counted)} rows, {sum(one.stored for one in counted)} stored, "
        f"{sum(one.refused for one in counted)} refused, {sum(one.copies for one in counted)} near-duplicates",
        f"  not a reading, by code: {dict(sorted(others.items()))}",
        f"  findings by kind: {dict(sorted(findings.items()))}",
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def test_the_log_with_lo_has_red_findings_and_no_zero(app: Flask, world: World, beside: list[str]) -> None:
    patient = imports.enrolled(world, ["data-02"], "Diabetes")["data-02"]
    imports.imported(app, raw_logs.LOGS[1], "uci", patient, *beside)
    words = select(Reading.comparator, Reading.value).where(Reading.patient_id == patient, Reading.comparator != "")
    assert sorted(tuple(row) for row in db.session.execute(words)) == [("<", None), *[(">", None)] * 6]
    low = select(Finding.severity, Finding.why).where(Finding.comparator == "<", Finding.rule == "glucose_low")
    severity, why = db.session.execute(low).one()
    assert severity == "red"
    assert "LO" in why


def test_in_summer_time_of_the_patient(app: Flask, world: World, beside: list[str]) -> None:
    patient = imports.enrolled(world, ["data-01"], "Diabetes")["data-01"]
    imports.imported(app, raw_logs.LOGS[0], "uci", patient, *beside)
    first = db.session.scalars(select(Reading).order_by(Reading.measured_at)).first()
    assert first is not None
    assert first.measured_at.isoformat() == "1991-04-21T08:09:00+00:00"  # 9:09 in London
    assert (first.entered["value"], first.entered["unit"], first.meal) == (100, "mg/dL", "fasting")
    assert first.received_at == clock.now()
