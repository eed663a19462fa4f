"""Patients to import for, the command itself, and what it told and stored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.alerts.models import Finding
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.patients import queries, service
from app.protocols import service as protocols
from app.readings.models import QuarantinedReading, Reading
from tests.people import World
from tests.readings.raw_logs import Counted

PLANS = {"Diabetes": "diabetes", "Hypertension": "hypertension_at_home"}


def enrolled(world: World, names: Sequence[str], condition: str) -> dict[str, UUID]:
    """A patient for each name, with the condition and its plan."""
    patients = {}
    with unit_of_work():
        for name in names:
            person = identity.add_person("Log", name, email=f"{name}@kith.example")
            new = service.NewPatient(coordinator_id=world.priya.id, conditions=[condition])
            patients[name] = service.enrol(world.team, person, new).id
            admitted = queries.admitted([patients[name]])[patients[name]]
            protocols.start_plan(admitted, PLANS[condition], by=world.priya.id)
    return patients


def imported(app: Flask, file: Path, file_format: str, patient: UUID, *more: str) -> str:
    args = ["readings", "import", str(file), "--format", file_format, "--patient", str(patient), *more]
    done = app.test_cli_runner().invoke(args=args)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def numbers(output: str) -> dict[str, int]:
    """What the command told, by its words."""
    return {label: int(count) for count, label in re.findall(r"^ *(\d+)  ( *\S.*)$", output, re.MULTILINE)}


def stored_of(patient: UUID) -> Counted:
    """What the tables hold of a patient."""
    mine = Reading.patient_id == patient
    findings = select(Finding.rule, Finding.severity).where(Finding.patient_id == patient)
    return Counted(
        stored=count(Reading.id, mine),
        refused=count(QuarantinedReading.id, QuarantinedReading.patient_id == patient),
        copies=count(Reading.id, mine, Reading.copy_of.is_not(None)),
        findings=Counter(f"{rule}: {severity}" for rule, severity in db.session.execute(findings)),
    )


def count(column: InstrumentedAttribute[UUID], *where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(column)).where(*where)) or 0
