"""Change what is said of a medicine; its name stays as it was typed."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.core.http import Pages
from app.medicines import queries, time_critical
from app.medicines.service import listing
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import medicine_typed as typed
from app.web.patient.doses import by
from app.web.patient.medicines import CHANGE
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("my_medicine_change", __name__, url_prefix="/my/<uuid:patient_id>/medicines/<uuid:medicine_id>")
MEANWHILE: Final = "It was changed after you opened it. Nothing of yours was saved: this form says what it is now."


@pages.get("/change", access=CHANGE)
def change(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """What is said of it now, to be changed."""
    return _page(patient, medicine_id)


@pages.post("/change", access=CHANGE)
def change_now(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Save what was changed, unless somebody else changed it meanwhile."""
    try:
        changes = typed.changes(request.form, queries.medicine(patient, medicine_id))
        listing.change(patient, medicine_id, typed.version(request.form), changes, by())
    except PreconditionFailed as refused:
        return _page(patient, medicine_id, Shown({}, {"": MEANWHILE})), refused.status
    except (Conflict, Invalid) as refused:
        return _page(patient, medicine_id, Shown.refused(request.form, refused)), refused.status
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": medicine_id}
    return redirect(url_for("my_medicines.medicine", **where, said="changed"), 303)


def _page(patient: AdmittedPatient, medicine_id: UUID, shown: Shown = EMPTY) -> str:
    medicine = queries.medicine(patient, medicine_id)
    now = {name: str(getattr(medicine, name) or "") for name in typed.CHANGED}
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": medicine_id}
    context = shown.context() | {
        "name": medicine.name,
        "as_typed": medicine.typed,
        "typed": now | {"time_critical": medicine.time_critical or typed.NO} | dict(shown.typed),
        "classes": [
            {"value": typed.NO, "text": "No, or I do not know"},
            *({"value": one.id, "text": one.name, "hint": one.why} for one in time_critical.CLASSES.values()),
        ],
        "version": shown.typed.get("version") or medicine.version,
        "action": url_for("my_medicine_change.change_now", **where),
        "back_href": url_for("my_medicines.medicine", **where),
    }
    return frame.for_patient("patient/medicines/change.html", patient, "medicines", **context)
