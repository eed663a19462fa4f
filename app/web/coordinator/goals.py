"""Goals on a patient's page of the console: what they work towards and share; and one that is suggested to them."""

from __future__ import annotations

from collections.abc import Mapping
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
from app.web.patient import goals_number as number
from app.web.patient import goals_typed as typed
from app.web.patient import question_pages
from app.web.patient.sharing import Shown

pages = Pages("coordinator_goals", __name__, url_prefix="/console/patients/<uuid:patient_id>/goals")
SUGGEST: Final = guards.on_patient(Permission.SUGGEST_GOALS)
RUNNING: Final = ("suggested", "active")
MOST: Final = 10
# The questions in their order, each with the boxes on its page: what, by which number if any, why.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {"what": ("words",), **number.QUESTIONS, "why": ("why",)}
LONGEST: Final = {"words": entering.LONGEST_WORDS, "why": entering.LONGEST_WHY}
_NEW: Final = schemas.SuggestedGoal()


@pages.get("/suggest", access=SUGGEST)
def suggest(patient: AdmittedPatient) -> Any:
    """A goal to suggest, in plain words."""
    return _page(patient, MultiDict({"id": str(new_id())}), "what")


@pages.post("/suggest", access=SUGGEST)
def suggest_now(patient: AdmittedPatient) -> Any:
    """The next question; or suggest it: the patient is told, and takes, changes or leaves it."""
    form = request.form
    names = _questions(patient, form)
    question, errors = question_pages.following(form, names, lambda one: _faults(patient, form, one))
    return _page(patient, form, question, errors) if question else _suggested(patient, form)


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


def _suggested(patient: AdmittedPatient, form: MultiDict[str, str]) -> Any:
    said = {"id": form.get("id", ""), "words": form.get("words", ""), "why": form.get("why", "").strip() or None}
    try:
        setting.suggest(patient, http.loaded(_NEW, said | number.body(form)), gathering.by())
    except (Conflict, Invalid) as refused:
        return _page(patient, form, "why", {"": typed.fault(refused)}, refused.status)
    return redirect(url_for("coordinator.patient", patient_id=patient.id, _anchor="goals"), 303)


def _questions(patient: AdmittedPatient, form: Mapping[str, str]) -> list[str]:
    """Those that are to be asked, by what was answered; of numbers nothing where there is none to choose."""
    return ["what", *(number.questions(form) if len(number.kinds(patient)) > 1 else []), "why"]


def _faults(patient: AdmittedPatient, form: Mapping[str, str], question: str) -> dict[str, str]:
    """What is missing on one page."""
    if question in number.QUESTIONS:
        return number.faults(patient, form, question)
    (box,) = QUESTIONS[question]
    said = form.get(box, "").strip()
    is_right = len(said) <= LONGEST[box] and (said or box == "why")
    return {} if is_right else {box: typed.PLAINLY[box]}


def _page(
    patient: AdmittedPatient,
    form: MultiDict[str, str],
    question: str,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> tuple[str, int]:
    names = _questions(patient, form)
    context = {
        "patient": patient.name,
        "given_name": patient.given_name,
        "step": question,
        "previous": question_pages.before(names, question),
        "send": "Suggest it" if question == names[-1] else None,
        "kept": question_pages.kept(form, QUESTIONS, question, ("id",)),
        "typed": form,
        "closed": acting.care_ended(patient),
        "action": url_for("coordinator_goals.suggest_now", patient_id=patient.id),
        "back": "The patient",
        "back_href": url_for("coordinator.patient", patient_id=patient.id),
        **(number.context(patient, form, question) if question in number.QUESTIONS else {}),
        **Shown(form, errors or {}).context(),
    }
    shown = frame.for_staff("coordinator/suggest_goal.html", patient, "patient", **context)
    return shown, status if errors else 200
