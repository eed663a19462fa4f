"""Add a medicine, a question a page: its name, what it holds, what else is on the label."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.core import http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.core.ids import new_id
from app.medicines import ingredients, queries, time_critical
from app.medicines.schemas import listing as schemas
from app.medicines.service import listing
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import medicine_typed as typed
from app.web.patient import medicine_words
from app.web.patient.doses import by
from app.web.patient.medicines import CHANGE

pages = Pages("my_new_medicine", __name__, url_prefix="/my/<uuid:patient_id>/medicines")
NAME: Final = "Give the name as it stands on the box, in up to 300 letters"
ASKED: Final = typed.PLAINLY | {
    "typed": NAME,
    "ingredients": "Give the milligrams in figures, or leave them empty",
}
_OF_STEP: Final = {"name": ("typed",), "holds": ("holds", "mg-"), "details": (
    "strength", "form", "reason", "late_dose", "prescriber", "prescriber_phone", "time_critical",
)}  # fmt: skip


@pages.get("/add", access=CHANGE)
def new(patient: AdmittedPatient) -> str:
    """What is it called?"""
    return _page(patient, MultiDict({"id": str(new_id())}), "name", {})[0]


@pages.post("/add", access=CHANGE)
def add(patient: AdmittedPatient) -> Any:
    """The next question, or put on the list and on to its times."""
    return _next(patient, request.form, request.form.get("step", "name"))


def _next(patient: AdmittedPatient, form: MultiDict[str, str], step: str) -> Any:
    name = form.get("typed", "").strip()
    if not name or len(name) > 300 or form.get("to") == "name":
        return _page(patient, form, "name", {} if form.get("to") else {"typed": NAME})
    if step == "name":
        return _page(patient, form, "holds" if ingredients.suggested(name, None) else "details", {})
    try:
        new = http.loaded(schemas.NewMedicineSchema(), typed.medicine(form))
        if step == "holds":
            return _page(patient, form, "details", {})
        made = listing.add_once(patient, typed.form_id(form), new, by())
    except (Conflict, Invalid) as refused:
        return _refused(patient, form, refused)
    return redirect(url_for("my_schedule.new", patient_id=patient.id, medicine_id=made.id), 303)


def _refused(patient: AdmittedPatient, form: MultiDict[str, str], refused: Conflict | Invalid) -> tuple[str, int]:
    names = [one["pointer"].strip("/").split("/")[0] for one in refused.errors]
    errors = {
        ("holds" if name == "ingredients" else name): ASKED.get(name, one["detail"])
        for name, one in zip(names, refused.errors, strict=True)
    }
    return _page(patient, form, "holds" if "holds" in errors else "details", errors or {"": refused.detail})


def _page(patient: AdmittedPatient, form: MultiDict[str, str], step: str, errors: dict[str, str]) -> tuple[str, int]:
    name, ticked = form.get("typed", "").strip(), form.getlist("holds")
    groups = ingredients.suggested(name, None)
    context = {
        "step": step,
        "typed": form,
        "name": name,
        "groups": [{"id": one.id, "name": one.name, "ticked": one.id in ticked} for one in groups],
        "sharing": [one.name for one in queries.sharing(patient, ticked)] if ticked else [],
        "held": ", ".join(medicine_words.group(one) for one in ticked),
        "classes": [
            {"value": typed.NO, "text": "No, or I do not know"},
            *({"value": one.id, "text": one.name, "hint": one.why} for one in time_critical.CLASSES.values()),
        ],
        "kept": [(key, text) for key, text in form.items(multi=True) if _is_kept(key, step)],
        "errors": [{"text": text, "href": f"#{key or 'maincontent'}"} for key, text in errors.items()],
        "error": errors,
        "action": url_for("my_new_medicine.add", patient_id=patient.id),
        "back_href": url_for("my_medicines.listed", patient_id=patient.id),
    }
    whole = frame.for_patient("patient/medicines/add.html", patient, "medicines", **context)
    return whole, 422 if errors else 200


def _is_kept(key: str, step: str) -> bool:
    """Typed on another page of the question."""
    if key == "id":
        return True
    known = any(key == one or key.startswith("mg-") for names in _OF_STEP.values() for one in names)
    return known and not any(key == one or (one == "mg-" and key.startswith(one)) for one in _OF_STEP[step])
