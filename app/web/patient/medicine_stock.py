"""How much of a medicine is left: counted, or brought home; and when it runs out by what is due."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.core.ids import new_id
from app.identity import queries as people
from app.medicines import queries
from app.medicines.models import StockCount
from app.medicines.queries import showing, stocking
from app.medicines.service import counting
from app.patients.admission import AdmittedPatient
from app.web import frame, moments
from app.web.patient import dose_words, medicine_words
from app.web.patient import medicine_typed as typed
from app.web.patient.doses import RECORD, by
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("my_stock", __name__, url_prefix="/my/<uuid:patient_id>/medicines/<uuid:medicine_id>")
MOST_COUNTS: Final = 5


@pages.get("/stock", access=RECORD)
def stock(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """What is left, and the forms to count it or to add what came."""
    return _page(patient, medicine_id)


@pages.post("/stock", access=RECORD)
def count(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Write down how many are left, or how many came."""
    try:
        new, form_id = typed.count(request.form), typed.form_id(request.form)
        is_new = counting.count_once(patient, queries.medicine(patient, medicine_id), form_id, new, by())
    except (Conflict, Invalid) as refused:
        return _page(patient, medicine_id, Shown.refused(request.form, refused)), refused.status
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": medicine_id}
    return redirect(url_for("my_medicines.medicine", **where, said="counted" if is_new else "counted_before"), 303)


def _page(patient: AdmittedPatient, medicine_id: UUID, shown: Shown = EMPTY) -> str:
    medicine = queries.medicine(patient, medicine_id)
    size = stocking.pack_size(patient, medicine_id)
    unit, form = showing.unit(medicine.form), medicine.form
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": medicine_id}
    context = shown.context() | {
        "name": medicine.name,
        "units": dose_words.many(unit) if unit else "",
        "stock": medicine_words.stock(stocking.of_one(patient, medicine), form, clock.now(), patient.zone),
        "counts": _counts(patient, stocking.counts(patient, medicine_id)[:MOST_COUNTS], form),
        "typed": {"pack_size": f"{size.normalize():f}" if size else ""} | dict(shown.typed),
        "ids": {"counted": new_id(), "came": new_id()},
        "action": url_for("my_stock.count", **where),
        "back_href": url_for("my_medicines.medicine", **where),
    }
    return frame.for_patient("patient/medicines/stock.html", patient, "medicines", **context)


def _counts(patient: AdmittedPatient, counts: Any, form: str | None) -> list[dict[str, Any]]:
    """The last counts, with who counted and when."""
    names, me, now = people.people({one.by for one in counts}), guards.caller().person_id, clock.now()

    def shown(one: StockCount) -> dict[str, Any]:
        by_whom = "you" if one.by == me else names[one.by].name
        amount = dose_words.amount(one.quantity, form, showing.UNITS)
        return {"words": f"{amount}, by {by_whom}", "when": moments.moment(one.counted_at, now, patient.zone)}

    return [shown(one) for one in counts]
