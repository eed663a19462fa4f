"""Copies of everything about oneself, or of one record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.records.models import RecordExport
from app.records.schemas import keeping as schemas
from app.records.service import exporting

routes = Routes("copies", __name__, url_prefix="/api", description="Copies of everything about oneself, or of a record")

OF_RECORD = guards.on_patient(Permission.EXPORT_RECORD)
MINE, RECORDS = "/me/exports", "/patients/<uuid:patient_id>/exports"


def file(content: bytes) -> Response:
    """The answer that is saved as a file; its name says the day and nobody's name."""
    name = f"kith-record-{clock.now().date().isoformat()}.zip"
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype="application/zip", headers={"Content-Disposition": disposition})


@routes.post(MINE, access=guards.signed_in, gives={202: schemas.Copy})
def ask_about_me() -> RecordExport:
    """Ask for everything about oneself; it is made in the background and can be taken for a day."""
    return exporting.ask_about_oneself(guards.caller().person_id)


@routes.get(MINE, access=guards.signed_in, gives={200: schemas.Copies})
def about_me() -> dict[str, Any]:
    """The copies of everything about the caller."""
    return {"items": exporting.about_oneself(guards.caller().person_id)}


@routes.get(f"{MINE}/<uuid:export_id>/file", access=guards.signed_in)
def take_mine(export_id: UUID) -> Response:
    """Take a copy away, as a ZIP of JSON and CSV."""
    person_id = guards.caller().person_id
    return file(exporting.take(exporting.about_oneself(person_id), export_id, person_id))


@routes.post(RECORDS, access=OF_RECORD, gives={202: schemas.Copy})
def ask_for_record(patient: AdmittedPatient) -> RecordExport:
    """Ask for one record, as its patient or acting for them."""
    return exporting.ask_for_record(patient, guards.caller().person_id)


@routes.get(RECORDS, access=OF_RECORD, gives={200: schemas.Copies})
def of_record(patient: AdmittedPatient) -> dict[str, Any]:
    """The copies of one record that the caller asked for."""
    return {"items": exporting.of_record(patient, guards.caller().person_id)}


@routes.get(f"{RECORDS}/<uuid:export_id>/file", access=OF_RECORD)
def take_record(patient: AdmittedPatient, export_id: UUID) -> Response:
    """Take a copy of the record away."""
    by = guards.caller().person_id
    return file(exporting.take(exporting.of_record(patient, by), export_id, by))
