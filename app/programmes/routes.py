"""Monitoring by text over the API: proposed, agreed to by the patient's own reply, changed, paused and ended."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import queries, schemas
from app.programmes.models import TextAsk
from app.programmes.queries import Shown
from app.programmes.service import running, starting

routes = Routes(
    "programmes", __name__, url_prefix="/api/patients/<uuid:patient_id>/text-programmes", description="Asked by text"
)
CHOOSE: Final = guards.on_patient(Permission.ASK_BY_TEXT)
ONE: Final = "/<uuid:programme_id>"
GIVES: Final = {200: schemas.TextProgramme}


@routes.get("", access=CHOOSE, query=PageQuery(), gives={200: schemas.TextProgrammes})
def programmes(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Shown]:
    """The programme that runs and those before it, newest first."""
    limit, after = query["limit"], pages.position(query["cursor"])
    page = pages.page(queries.programmes(patient, after, limit), limit, lambda one: (one.created_at, one.id))
    return Page([queries.shown(one) for one in page.items], page.next)


@routes.post("", access=CHOOSE, keyed=False, takes=schemas.NewProgramme(), gives={201: schemas.TextProgramme})
def start(patient: AdmittedPatient, body: dict[str, Any]) -> Shown:
    """Ask the patient by text whether they agree; nothing else is asked before they reply."""
    by = By(guards.caller().person_id, g.role)
    return queries.shown(starting.start(patient, body["times"], by, body["id"]))


@routes.get(ONE, access=CHOOSE, gives=GIVES)
def one(patient: AdmittedPatient, programme_id: UUID) -> Shown:
    """One programme, and how it stands."""
    return queries.shown(queries.one(patient, programme_id))


@routes.get(f"{ONE}/asks", access=CHOOSE, query=PageQuery(), gives={200: schemas.TextAsks})
def asks(patient: AdmittedPatient, programme_id: UUID, query: dict[str, Any]) -> Page[TextAsk]:
    """What became of its times, newest first."""
    limit, after = query["limit"], pages.position(query["cursor"])
    rows = queries.asks(queries.one(patient, programme_id), limit + 1, after)
    return pages.page(rows, limit, lambda row: (row.slot_at, row.id))


@routes.patch(ONE, access=CHOOSE, takes=schemas.ProgrammeTimes(), gives=GIVES)
def change_times(patient: AdmittedPatient, programme_id: UUID, body: dict[str, Any], version: int) -> Shown:
    """Ask at other times."""
    return queries.shown(running.change_times(patient, programme_id, body["times"], version))


@routes.post(f"{ONE}/pause", access=CHOOSE, keyed=False, takes=schemas.ProgrammePause(), gives=GIVES)
def pause(patient: AdmittedPatient, programme_id: UUID, body: dict[str, Any]) -> Shown:
    """Ask nothing before a day; null: go on."""
    return queries.shown(running.pause(patient, programme_id, body["until"]))


@routes.post(f"{ONE}/end", access=CHOOSE, keyed=False, gives=GIVES)
def end(patient: AdmittedPatient, programme_id: UUID) -> Shown:
    """Ask no more; ended before it stays as it is."""
    return queries.shown(running.end_one(patient, programme_id, guards.caller().person_id))
