"""Set a goal, a question a page: what, why, how far where it has a number, the steps, who sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, DomainError, Invalid
from app.core.http import Pages
from app.core.ids import new_id
from app.goals import entering
from app.goals.models import AUDIENCES
from app.goals.schemas import goals as schemas
from app.goals.service import acting, setting
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_typed as typed
from app.web.patient import goals_words as words
from app.web.patient import medicine_typed
from app.web.patient.sharing import Shown

pages = Pages("my_goals_adding", __name__, url_prefix="/my/<uuid:patient_id>/goals")
CHANGE: Final = guards.on_patient(Permission.CHANGE_GOALS)
REFUSED: Final = (Conflict, Invalid)
# The questions in their order, each with the boxes on its page.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "what": ("words",),
    "why": ("why",),
    "aim": ("aim_value",),
    "steps": ("step-1", "step-2", "step-3"),
    "who": ("audience", "review_each_days"),
}
FROM_ELSEWHERE: Final = ("id", "step-id-1", "step-id-2", "step-id-3", "tied_to", "tie")
AIM: Final = "Give the number that you hope for"
_NEW: Final = schemas.NewGoalSchema()


@pages.get("/add", access=CHANGE)
def add(patient: AdmittedPatient) -> Any:
    """What would somebody like to do, or to be able to do?"""
    ids = {name: str(new_id()) for name in ("id", "step-id-1", "step-id-2", "step-id-3")}
    given = {name: value for name in ("tied_to", "tie", "words") if (value := request.args.get(name))}
    return _page(patient, MultiDict(ids | given), "what")


@pages.post("/add", access=CHANGE)
def add_next(patient: AdmittedPatient) -> Any:
    """The next question, or the goal."""
    form, names = request.form, _questions(request.form)
    if form.get("to") in names:
        return _page(patient, form, form["to"])
    at = names.index(form["step"]) if form.get("step") in names else 0
    for each in names[: at + 1]:
        if errors := _faults(form, each):
            return _page(patient, form, each, errors)
    return _page(patient, form, names[at + 1]) if at + 1 < len(names) else _set(patient, form)


def _set(patient: AdmittedPatient, form: MultiDict[str, str]) -> Any:
    try:
        made = setting.set_goal(patient, http.loaded(_NEW, _typed(form)), gathering.by())
    except REFUSED as refused:
        where = _box(refused)
        question = next((name for name, boxes in QUESTIONS.items() if where in boxes), "who")
        return _page(patient, form, question, {where: typed.fault(refused)})
    return redirect(url_for("my_goals.one", patient_id=patient.id, goal_id=made.id, said="set"), 303)


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, as the schema takes it."""
    tie = {name: form[name] for name in ("tied_to", "tie", "aim_value") if form.get(name, "").strip()}
    said = [(form.get(f"step-id-{number}", ""), form.get(f"step-{number}", "").strip()) for number in (1, 2, 3)]
    return tie | {
        "id": str(medicine_typed.form_id(form)),
        "words": form.get("words", ""),
        "why": form.get("why", "").strip() or None,
        "audience": form.get("audience", ""),
        "review_each_days": form.get("review_each_days") or None,
        "steps": [{"id": step_id, "words": text} for step_id, text in said if text],
    }


def _questions(form: Mapping[str, str]) -> list[str]:
    """How far is asked where there is a number."""
    has_number = form.get("tied_to") in ("measure", "area")
    return [name for name in QUESTIONS if name != "aim" or has_number]


def _faults(form: Mapping[str, str], question: str) -> dict[str, str]:
    """What is missing on one page."""
    said = form.get("words", "").strip()
    if question == "what" and not 0 < len(said) <= entering.LONGEST_WORDS:
        return {"words": typed.PLAINLY["words"]}
    if question == "why" and len(form.get("why", "").strip()) > entering.LONGEST_WHY:
        return {"why": typed.PLAINLY["why"]}
    if question == "aim" and not form.get("aim_value", "").strip():
        return {"aim_value": AIM}
    if question == "steps":
        long = [name for name in QUESTIONS["steps"] if len(form.get(name, "").strip()) > entering.LONGEST_WORDS]
        return dict.fromkeys(long, typed.PLAINLY["words"])
    return {"audience": typed.PLAINLY["audience"]} if question == "who" and _audience(form) is None else {}


def _audience(form: Mapping[str, str]) -> str | None:
    return form["audience"] if form.get("audience") in AUDIENCES else None


def _box(refused: DomainError) -> str:
    """The box that something is wrong in."""
    name = refused.errors[0]["pointer"].strip("/").split("/")[0] if refused.errors else ""
    return "step-1" if name == "steps" else name


def _page(
    patient: AdmittedPatient, form: MultiDict[str, str], question: str, errors: dict[str, str] | None = None
) -> tuple[str, int]:
    names, you = _questions(form), patient.given_name if frame.whose(patient) else "you"
    others = [box for name, boxes in QUESTIONS.items() if name != question for box in boxes]
    context = {
        "step": question,
        "before": names[names.index(question) - 1] if question != names[0] else None,
        "is_last": question == names[-1],
        "kept": [(name, value) for name, value in form.items(multi=True) if name in (*FROM_ELSEWHERE, *others)],
        "typed": form,
        "audiences": [{"value": name, "text": words.audience(name, you)} for name in AUDIENCES],
        "rhythms": [{"value": value, "text": text} for value, text in typed.RHYTHMS.items()],
        "closed": acting.care_ended(patient),
        "action": url_for("my_goals_adding.add_next", patient_id=patient.id),
        "back": gathering.title(patient),
        "back_href": url_for("my_goals.goals", patient_id=patient.id),
        **Shown(form, errors or {}).context(),
    }
    return frame.for_patient("patient/goals/add.html", patient, "goals", **context), 422 if errors else 200
