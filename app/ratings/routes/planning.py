"""With what a patient can rate, with what they do, and when a rating is due."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core import clock
from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.ratings.models import RatingCourse
from app.ratings.queries import dues
from app.ratings.routes.calling import PLAN, SEE, by
from app.ratings.schemas import planning as schemas
from app.ratings.service import courses, licensing

routes = Routes("rating_plans", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Ratings")


@routes.get("/instruments", access=SEE, gives={200: schemas.Instruments})
def instruments(patient: AdmittedPatient) -> dict[str, Any]:
    """With what a rating may be begun today."""
    return {"items": licensing.usable(patient.organisation_id, clock.today(patient.zone))}


@routes.get("/rating-courses", access=SEE, gives={200: schemas.Courses})
def rating_courses(patient: AdmittedPatient) -> dict[str, Any]:
    """With what the patient rates and did, since when."""
    return {"items": dues.courses(patient)}


@routes.post("/rating-courses", access=PLAN, keyed=False, takes=schemas.NewCourse(), gives={201: schemas.Course})
def start(patient: AdmittedPatient, body: dict[str, Any]) -> RatingCourse:
    """Begin: a baseline and reviews are due from this day on; begun that day already it is the same."""
    return courses.start(patient, body["code"], body["started_on"], by())


@routes.post("/rating-courses/<uuid:course_id>/end", access=PLAN, keyed=False, gives={200: schemas.Course})
def end(patient: AdmittedPatient, course_id: UUID) -> RatingCourse:
    """End it: nothing more is due in it."""
    return courses.end(patient, course_id, by())


@routes.get("/rating-dues", access=SEE, gives={200: schemas.Dues})
def rating_dues(patient: AdmittedPatient) -> dict[str, Any]:
    """What was and will be due, by its day."""
    return {"items": dues.dues(patient)}
