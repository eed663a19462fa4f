"""Ratings on a patient's page of the console: the newest of each voice side by side, and what they see differently."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from app.access.permissions import Permission
from app.patients.admission import AdmittedPatient
from app.ratings.queries import instruments, rated
from app.ratings.queries import shown as showing
from app.ratings.service import courses
from app.web import looking, rating_shown


def part(patient: AdmittedPatient) -> dict[str, Any] | None:
    """The newest rating of each voice, for whoever may see ratings; with the instrument that was rated with last."""
    if not looking.may(Permission.SEE_RATINGS):
        return None
    last = rated.listed(patient, g.role, limit=1)
    code = last[0].code if last else courses.DEFAULT
    side = showing.side_by_side(patient, g.role, code)
    newest = rating_shown.alike(list(side.voices.values()))
    one = newest[0].instrument if newest else instruments.newest(code)
    return {
        "href": url_for("console_wheel.overview", patient_id=patient.id, code=code),
        "whose": patient.given_name,
        "due": rating_shown.when_due(patient, code),
        "wheel": rating_shown.wheel(patient, one, newest) if newest else None,
        "apart": rating_shown.seen_apart(patient, one, side),
    }
