"""Help over the API: asked for, taken by the first who says so, done or given back, and who has done how much."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page
from app.messages import wanted
from app.messages.help_entering import NewHelp
from app.messages.models.help import HelpRequest
from app.messages.queries import fair
from app.messages.queries import help as queries
from app.messages.queries.help import Shown, WithHistory
from app.messages.schemas import help as schemas
from app.messages.service import asking, helping
from app.patients.admission import AdmittedPatient
from app.patients.by import By

routes = Routes("help", __name__, url_prefix="/api/patients/<uuid:patient_id>/help", description="Help of the circle")
SEE: Final = guards.on_patient(Permission.SEE_FEED)
ASK: Final = guards.on_patient(Permission.WRITE_POSTS)
TAKE: Final = guards.on_patient(Permission.TAKE_HELP)
ONE: Final = "/<uuid:request_id>"
# An act that comes again changes nothing, so none of them needs a key.
TAKES: Final[dict[str, Any]] = {"access": TAKE, "keyed": False, "gives": {200: schemas.Help}}
ASKS: Final[dict[str, Any]] = {"access": ASK, "keyed": False, "gives": {200: schemas.Help}}


@routes.get("", access=SEE, query=schemas.HelpQuery(), gives={200: schemas.HelpPage})
def requests(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Shown]:
    """What was asked for, newest first."""
    me, limit, after = guards.caller().person_id, query["limit"], pages.position(query["cursor"])
    rows = queries.requests(patient, me, only_running=query["only_running"], after=after, limit=limit)
    page = pages.page(rows, limit, lambda row: (row.created_at, row.id))
    return Page(queries.shown(patient, page.items, me), page.next)


@routes.post("", access=ASK, keyed=False, takes=schemas.NewHelpSchema(), gives={201: schemas.Help})
def ask(patient: AdmittedPatient, body: NewHelp) -> Shown:
    """Ask chosen people or all of the circle; sent again it is the same request."""
    return _shown(patient, asking.ask(patient, body, by()))


@routes.get("/helpers", access=ASK, gives={200: schemas.Helpers})
def helpers(patient: AdmittedPatient) -> dict[str, Any]:
    """Who can be asked, and for what."""
    people = {one.person_id: "member" for one in queries.helpers(patient)}
    return {"items": list(queries.named(patient, people).values()), "things": wanted.THINGS}


@routes.get("/fair-view", access=SEE, gives={200: schemas.FairView})
def fair_view(patient: AdmittedPatient) -> dict[str, Any]:
    """Who was asked, took and did how much lately."""
    return {"days": wanted.FAIR_VIEW.days, "items": fair.share(patient, guards.caller().person_id)}


@routes.get(ONE, access=SEE, gives={200: schemas.HelpWithHistory})
def one(patient: AdmittedPatient, request_id: UUID) -> WithHistory:
    """One request with its history."""
    return queries.with_history(patient, request_id, guards.caller().person_id)


@routes.post(f"{ONE}/take", **TAKES)
def take(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """Have it, if nobody else has; else 409 says who has."""
    return _shown(patient, helping.take(patient, request_id, by()))


@routes.post(f"{ONE}/pass", **TAKES)
def pass_by(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """Say that one cannot."""
    return _shown(patient, helping.pass_by(patient, request_id, by()))


@routes.post(f"{ONE}/give-back", **TAKES)
def give_back(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """Give back what one has taken: it is open again."""
    return _shown(patient, helping.give_back(patient, request_id, by()))


@routes.post(f"{ONE}/arrived", **TAKES)
def arrived(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """Be there."""
    return _shown(patient, helping.arrive(patient, request_id, by()))


@routes.post(f"{ONE}/done", **TAKES)
def done(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """Say that one has done it."""
    return _shown(patient, helping.done(patient, request_id, by()))


@routes.post(f"{ONE}/was-done", **ASKS)
def was_done(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """Say of what one asked for, or for the patient, that it is done."""
    return _shown(patient, helping.was_done(patient, request_id, by()))


@routes.post(f"{ONE}/call-off", **ASKS)
def call_off(patient: AdmittedPatient, request_id: UUID) -> Shown:
    """It is wanted no more."""
    return _shown(patient, asking.call_off(patient, request_id, by()))


def by() -> By:
    """Who calls, and as what the guard let them in."""
    return By(guards.caller().person_id, g.role)


def _shown(patient: AdmittedPatient, row: HelpRequest) -> Shown:
    return queries.shown(patient, [row], guards.caller().person_id)[0]
