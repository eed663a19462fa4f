"""What was recorded of the doses that were due, day by day on the time line of the readings; and as a file."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from app.access.permissions import Permission
from app.core import clock
from app.core.http import Pages
from app.medicines.queries import adhering
from app.patients.admission import AdmittedPatient
from app.web import dose_charts, frame, looking, measuring, trends
from app.web.patient.doses import SEE
from app.web.trends import Span

pages = Pages("my_recorded", __name__, url_prefix="/my/<uuid:patient_id>/medicines")


@pages.get("/recorded", access=SEE)
def recorded(patient: AdmittedPatient) -> str:
    """Every medicine with what was recorded of it, and the readings of the same days."""
    context = _of_days(patient, trends.days_asked(request.args.get("days")))
    return frame.for_patient("patient/medicines/recorded.html", patient, "medicines", **context)


@pages.get("/recorded.csv", access=SEE)
def as_file(patient: AdmittedPatient) -> Response:
    """The same as a file for a spreadsheet, a line for each medicine and day."""
    found = adhering.as_csv(adhering.over(patient, trends.days_asked(request.args.get("days"))))
    disposition = {"Content-Disposition": 'attachment; filename="doses.csv"'}
    return Response(found, mimetype="text/csv", headers=disposition)


def _of_days(patient: AdmittedPatient, days: int) -> dict[str, Any]:
    def here(days: int) -> str:
        return url_for("my_recorded.recorded", patient_id=patient.id, days=days)

    now, found = clock.now(), adhering.over(patient, days)
    return {
        "whose": frame.whose(patient),
        "days": days,
        "ranges": trends.ranges(days, here),
        "medicines": [
            {
                "name": one.name,
                "href": url_for("my_medicines.medicine", patient_id=patient.id, medicine_id=one.medicine_id),
                "doses": dose_charts.shown(one.name, one.medicine_id, one.found, one.words, now, patient.zone),
            }
            for one in found.medicines
        ],
        "measures": _readings(patient, days),
        "file_href": url_for("my_recorded.as_file", patient_id=patient.id, days=days),
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }


def _readings(patient: AdmittedPatient, days: int) -> list[dict[str, Any]]:
    """The readings of the same days, for whoever may see them."""
    if not looking.may(Permission.SEE_READINGS):
        return []
    return measuring.measures(patient, Span(days, clock.now(), patient.zone))
