"""Ratings that are being written, area by area; everybody has their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.ratings.queries import drafts, shown
from app.ratings.queries.shown import Shown
from app.ratings.routes.calling import RATE, by, role
from app.ratings.schemas import ratings as schemas
from app.ratings.service import drafts as service

DRAFTS = "/api/patients/<uuid:patient_id>/rating-drafts"
routes = Routes("rating_drafts", __name__, url_prefix=DRAFTS, description="Ratings")


@routes.get("", access=RATE, gives={200: schemas.Drafts})
def mine(patient: AdmittedPatient) -> dict[str, Any]:
    """What one is writing about this patient, touched last first."""
    return {"items": [schemas.drafted(one) for one in drafts.mine(patient, by().person_id)]}


@routes.put("", access=RATE, takes=schemas.DraftChange(), gives={200: schemas.Draft})
def keep(patient: AdmittedPatient, body: dict[str, Any]) -> dict[str, Any]:
    """Keep what was said of some areas, in a new draft where there is none in this voice."""
    kept = service.keep(patient, body["code"], body["voice"], body["said"], by(), on_paper=body["on_paper"])
    return schemas.drafted(kept)


@routes.delete("/<uuid:rating_draft>", access=RATE, gives={204: None})
def throw_away(patient: AdmittedPatient, rating_draft: UUID) -> None:
    """Let go of a draft."""
    service.throw_away(patient, rating_draft, by())


@routes.post("/<uuid:rating_draft>/finish", access=RATE, keyed=False, gives={201: schemas.Rating})
def finish(patient: AdmittedPatient, rating_draft: UUID) -> Shown:
    """Make it a rating; finished before, it is that rating."""
    return shown.one(patient, service.finish(patient, rating_draft, by()), role())
