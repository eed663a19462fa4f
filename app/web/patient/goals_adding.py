"""Set a goal, a question a page: what, why, by which number if any, the steps, who sees it, when it is looked at."""

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
from app.goals.models import AUDIENCES
from app.goals.schemas import goals as schemas
from app.goals.service import acting, setting
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_number as number
from app.web.patient import goals_typed as typed
from app.web.patient import medicine_typed, question_pages
from app.web.patient.sharing import Shown

pages = Pages("my_goals_adding", __name__, url_prefix="/my/<uuid:patient_id>/goals")
CHANGE: Final = guards.on_patient(Permission.CHANGE_GOALS)
REFUSED: Final = (Conflict, Invalid)
# The questions in their order, each with the boxes on its page.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "what": ("words",),
    "why": ("why",),
    **number.QUESTIONS,
    "steps": ("step-1", "step-2", "step-3"),
    "who": ("audience",),
    "when": ("review_each_days",),
}
IDS: Final = ("id", "step-id-1", "step-id-2", "step-id-3")
_NEW: Final = schemas.NewGoalSchema()


@pages.get("/add", access=CHANGE)
def add(patient: AdmittedPatient) -> Any:
    """What would somebody like to do, or to be able to do?"""
    form = MultiDict({name: str(new_id()) for name in IDS})
    kind, tie = request.args.get("tied_to", ""), request.args.get("tie", "")
    if any(one.tie == tie for one in number.offered(patient, kind)):  # from there: it is not asked again
        form.update({"tied_to": kind, "tie": tie, "given": "yes"})
    return _page(patient, form, "what")


@pages.post("/add", access=CHANGE)
def add_next(patient: AdmittedPatient) -> Any:
    """The next question, or the goal."""
    form = request.form
    names = _questions(patient, form)
    question, errors = question_pages.following(form, names, lambda one: _faults(patient, form, one))
    return _page(patient, form, question, errors) if question else _set(patient, form)


def _set(patient: AdmittedPatient, form: MultiDict[str, str]) -> Any:
    try:
        made = setting.set_goal(patient, http.loaded(_NEW, _typed(form)), gathering.by())
    except REFUSED as refused:
        where = {"steps": "step-1"}.get(typed.box(refused), typed.box(refused))
        question = next((one for one in _questions(patient, form) if where in QUESTIONS[one]), "what")
        return _page(patient, form, question, {where: typed.fault(refused)})
    return redirect(url_for("my_goals.one", patient_id=patient.id, goal_id=made.id, said="set"), 303)


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, as the schema takes it."""
    said = [(form.get(f"step-id-{place}", ""), form.get(f"step-{place}", "").strip()) for place in (1, 2, 3)]
    return number.body(form) | {
        "id": str(medicine_typed.form_id(form)),
        "words": form.get("words", ""),
        "why": form.get("why", "").strip() or None,
        "audience": form.get("audience", ""),
        "review_each_days": form.get("review_each_days") or None,
        "steps": [{"id": step_id, "words": text} for step_id, text in said if text],
    }


def _questions(patient: AdmittedPatient, form: Mapping[str, str]) -> list[str]:
    """Those that are to be asked, by what was answered; of numbers nothing where whoever asks reads none."""
    asked = number.questions(form) if len(number.kinds(patient)) > 1 else []
    return [name for name in QUESTIONS if name in asked or name not in number.QUESTIONS]


def _faults(patient: AdmittedPatient, form: Mapping[str, str], question: str) -> dict[str, str]:
    """What is missing on one page."""
    if question in number.QUESTIONS:
        return number.faults(patient, form, question)
    said = form.get("words", "").strip()
    if question == "what" and not 0 < len(said) <= entering.LONGEST_WORDS:
        return {"words": typed.PLAINLY["words"]}
    if question == "why" and len(form.get("why", "").strip()) > entering.LONGEST_WHY:
        return {"why": typed.PLAINLY["why"]}
    if question == "steps":
        long = [name for name in QUESTIONS["steps"] if len(form.get(name, "").strip()) > entering.LONGEST_WORDS]
        return dict.fromkeys(long, typed.PLAINLY["words"])
    is_missing = question == "who" and form.get("audience") not in AUDIENCES
    return {"audience": typed.PLAINLY["audience"]} if is_missing else {}


def _page(
    patient: AdmittedPatient, form: MultiDict[str, str], question: str, errors: dict[str, str] | None = None
) -> tuple[str, int]:
    names = _questions(patient, form)
    context = {
        "step": question,
        "previous": question_pages.before(names, question),
        "send": "Set this goal" if question == names[-1] else None,
        "kept": question_pages.kept(form, QUESTIONS, question, (*IDS, "given")),
        "typed": form,
        "audiences": gathering.audiences(patient, form.get("audience", "")),
        "rhythms": [{"value": value, "text": text} for value, text in typed.RHYTHMS.items()],
        "closed": acting.care_ended(patient),
        "action": url_for("my_goals_adding.add_next", patient_id=patient.id),
        "back": gathering.title(patient),
        "back_href": url_for("my_goals.goals", patient_id=patient.id),
        **(number.context(patient, form, question) if question in number.QUESTIONS else {}),
        **Shown(form, errors or {}).context(),
    }
    return frame.for_patient("patient/goals/add.html", patient, "goals", **context), 422 if errors else 200
