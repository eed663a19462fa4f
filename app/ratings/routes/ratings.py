"""Ratings over the API: given whole, corrected with a reason, set side by side and over time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core import pages
from app.core.http import Routes
from app.core.pages import Page
from app.patients.admission import AdmittedPatient
from app.ratings.entering import NewCorrection, NewRating
from app.ratings.queries import rated, shown
from app.ratings.queries.shown import Shown
from app.ratings.routes.calling import CORRECT, RATE, SEE, by, role
from app.ratings.schemas import ratings as schemas
from app.ratings.service import rating as service

routes = Routes("ratings", __name__, url_prefix="/api/patients/<uuid:patient_id>/ratings", description="Ratings")


@routes.get("", access=SEE, query=schemas.RatingQuery(), gives={200: schemas.Ratings})
def ratings(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Shown]:
    """Ratings, newest first; the circle is not shown the team's own."""
    limit, after = query.pop("limit"), pages.position(query.pop("cursor"))
    rows = rated.listed(patient, role(), **query, after=after, limit=limit)
    page = pages.page(rows, limit, lambda row: (row.rated_at, row.id))
    return Page(shown.shown(patient, page.items, role()), page.next)


@routes.post("", access=RATE, keyed=False, takes=schemas.NewRatingSchema(), gives={201: schemas.Rating})
def give(patient: AdmittedPatient, body: NewRating) -> Shown:
    """Rate; sent again it is the same rating."""
    return shown.one(patient, service.give(patient, body, by()), role())


@routes.get("/distance", access=SEE, query=schemas.OfVoice(), gives={200: schemas.DistanceTravelled})
def distance(patient: AdmittedPatient, query: dict[str, Any]) -> dict[str, Any]:
    """How far somebody has come since the first rating of one voice."""
    return schemas.travelled(shown.travelled(patient, role(), query["code"], query["voice"]))


@routes.get("/side-by-side", access=SEE, query=schemas.OfInstrument(), gives={200: schemas.SideBySide})
def side_by_side(patient: AdmittedPatient, query: dict[str, Any]) -> dict[str, Any]:
    """The newest rating of each voice, and where patient and team disagree."""
    return schemas.side_by_side(shown.side_by_side(patient, role(), query["code"]))


@routes.get("/<uuid:rating_id>", access=SEE, gives={200: schemas.Rating})
def one(patient: AdmittedPatient, rating_id: UUID) -> Shown:
    """One rating, also where it was corrected since."""
    return shown.one(patient, rated.one(patient, role(), rating_id), role())


@routes.post(
    "/<uuid:rating_id>/corrections",
    access=CORRECT,
    keyed=False,
    takes=schemas.NewCorrectionSchema(),
    gives={201: schemas.Rating},
)
def correct(patient: AdmittedPatient, rating_id: UUID, body: NewCorrection) -> Shown:
    """Put a corrected rating in the place of one that stands; the old one stays to be read."""
    return shown.one(patient, service.correct(patient, rating_id, body, by()), role())
