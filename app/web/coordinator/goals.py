"""Goals on a patient's page of the console: what they work towards and share; and one that is suggested to them."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.core.ids import new_id
from app.goals import entering
from app.goals.queries import showing
from app.goals.schemas import goals as schemas
from app.goals.service import acting, setting
from app.patients.admission import AdmittedPatient
from app.web import frame, looking
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_typed as typed
from app.web.patient.sharing import Shown

pages = Pages("coordinator_goals", __name__, url_prefix="/console/patients/<uuid:patient_id>/goals")
SUGGEST: Final = guards.on_patient(Permission.SUGGEST_GOALS)
RUNNING: Final = ("suggested", "active")
MOST: Final = 10
_NEW: Final = schemas.SuggestedGoal()


@pages.get("/suggest", access=SUGGEST)
def suggest(patient: AdmittedPatient) -> Any:
    """A goal to suggest, in plain words."""
    return _page(patient, MultiDict({"id": str(new_id())}))


@pages.post("/suggest", access=SUGGEST)
def suggest_now(patient: AdmittedPatient) -> Any:
    """Suggest it; the patient is told, and takes, changes or leaves it."""
    form = request.form
    body = {"id": form.get("id", ""), "words": form.get("words", ""), "why": form.get("why", "").strip() or None}
    try:
        setting.suggest(patient, http.loaded(_NEW, body), gathering.by())
    except (Conflict, Invalid) as refused:
        return _page(patient, form, {"words": typed.fault(refused)}, refused.status)
    return redirect(url_for("coordinator.patient", patient_id=patient.id, _anchor="goals"), 303)


def part(patient: AdmittedPatient) -> dict[str, Any] | None:
    """What is suggested and worked on, for whoever may see goals."""
    if not looking.may(Permission.SEE_GOALS):
        return None
    here: dict[str, Any] = {"patient_id": patient.id}
    found = showing.listed(patient, gathering.reader(), RUNNING, MOST, None)
    may_suggest = looking.may(Permission.SUGGEST_GOALS) and patient.ended_at is None
    return {
        "list": [gathering.card(patient, one) for one in found.items],
        "href": url_for("my_goals.goals", **here),
        "suggest_href": url_for("coordinator_goals.suggest", **here) if may_suggest else None,
    }


def _page(
    patient: AdmittedPatient, form: MultiDict[str, str], errors: dict[str, str] | None = None, status: int = 200
) -> tuple[str, int]:
    context = {
        "patient": patient.name,
        "typed": form,
        "longest": entering.LONGEST_WORDS,
        "closed": acting.care_ended(patient),
        "action": url_for("coordinator_goals.suggest_now", patient_id=patient.id),
        "back_href": url_for("coordinator.patient", patient_id=patient.id),
        **Shown(form, errors or {}).context(),
    }
    return frame.for_staff("coordinator/suggest_goal.html", patient, "patient", **context), status
