"""Change a goal: what it says, the number it goes by, what would be more and less than hoped, who sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, DomainError, Invalid, PreconditionFailed
from app.core.http import Pages
from app.goals import attainment
from app.goals.models import AUDIENCES, Goal
from app.goals.queries import showing
from app.goals.service import acting, changing, deciding
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_number as numbers
from app.web.patient import goals_typed as typed
from app.web.patient import goals_words as words
from app.web.patient import medicine_typed, question_pages
from app.web.patient.sharing import Shown

pages = Pages("my_goals_changing", __name__, url_prefix="/my/<uuid:patient_id>/goals/<uuid:goal_id>")
CHANGE: Final = guards.on_patient(Permission.CHANGE_GOALS)
SENDS: Final = {"save": "Save", "take_so": "Take it like this", "save_levels": "Save", "save_share": "Save"}
REFUSED: Final = (Conflict, Invalid, PreconditionFailed)


@pages.get("/change", access=CHANGE)
def change(patient: AdmittedPatient, goal_id: UUID) -> str:
    """What it says, to be changed."""
    return _wording(patient, goal_id, "save")


@pages.post("/change", access=CHANGE)
def save(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Have it say this from now on."""
    return _changed(patient, goal_id, typed.changes, lambda refused: _wording(patient, goal_id, "save", refused))


@pages.get("/take", access=CHANGE)
def take(patient: AdmittedPatient, goal_id: UUID) -> str:
    """What is suggested, to be changed and taken."""
    return _wording(patient, goal_id, "take_so")


@pages.post("/take", access=CHANGE)
def take_so(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Take it as it says now."""
    try:
        deciding.accept(patient, goal_id, typed.changes(request.form), gathering.by())
    except REFUSED as refused:
        return _wording(patient, goal_id, "take_so", refused), refused.status
    return _there(patient, goal_id, "accept")


@pages.get("/levels", access=CHANGE)
def levels(patient: AdmittedPatient, goal_id: UUID) -> str:
    """What would be more, and what less, than hoped?"""
    return _levels(patient, goal_id)


@pages.post("/levels", access=CHANGE)
def save_levels(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Keep their words for each level."""
    return _changed(patient, goal_id, typed.levels, lambda refused: _levels(patient, goal_id, refused))


@pages.get("/number", access=CHANGE)
def number(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """By what is seen how far it has come?"""
    form = _numbered(showing.one(patient, gathering.reader(), goal_id))
    return _number(patient, goal_id, form, "seen")


@pages.post("/number", access=CHANGE)
def save_number(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """The next question, or have it go by this from now on."""
    form, names = request.form, numbers.questions(request.form)
    question, errors = question_pages.following(form, names, lambda one: numbers.faults(patient, form, one))
    if question:
        return _number(patient, goal_id, form, question, errors)

    def again(refused: DomainError) -> str:
        return _number(patient, goal_id, form, names[-1], {"": refused.detail})[0]

    return _changed(patient, goal_id, lambda said: typed.change(numbers.body(said)), again)


@pages.get("/share", access=CHANGE)
def share(patient: AdmittedPatient, goal_id: UUID) -> str:
    """Who may see it?"""
    return _share(patient, goal_id)


@pages.post("/share", access=CHANGE)
def save_share(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Say who sees it."""
    audience = request.form.get("audience", "")
    if audience not in AUDIENCES:
        return _share(patient, goal_id, typed.PLAINLY["audience"]), 422
    try:
        changing.share(patient, goal_id, audience, gathering.by())
    except REFUSED as refused:
        return _share(patient, goal_id, refused.detail), refused.status
    return _there(patient, goal_id, "changed")


def _changed(
    patient: AdmittedPatient,
    goal_id: UUID,
    read: Callable[[Mapping[str, str]], dict[str, Any]],
    page: Callable[[DomainError], str],
) -> Any:
    """Back to the goal, or to the page with what is wrong."""
    try:
        version = medicine_typed.version(request.form)
        changing.change(patient, goal_id, version, read(request.form), gathering.by())
    except REFUSED as refused:
        return page(refused), refused.status
    return _there(patient, goal_id, "changed")


def _there(patient: AdmittedPatient, goal_id: UUID, said: str) -> Any:
    return redirect(url_for("my_goals.one", patient_id=patient.id, goal_id=goal_id, said=said), 303)


def _wording(patient: AdmittedPatient, goal_id: UUID, view: str, refused: DomainError | None = None) -> str:
    """What it says, or what was typed; who sees it is asked as it is taken."""
    row = showing.one(patient, gathering.reader(), goal_id).row
    now = {"words": row.words or "", "why": row.why or "", "review_each_days": str(row.review_each_days or "")}
    form: Mapping[str, str] = request.form if refused else now | {"audience": row.audience}
    more = {
        "typed": form,
        "rhythms": typed.rhythms(form.get("review_each_days", "")),
        "audiences": gathering.audiences(patient, form.get("audience", "")) if view == "take_so" else [],
    }
    return _page("change", patient, row, view, more, {"words": typed.fault(refused)} if refused else {})


def _levels(patient: AdmittedPatient, goal_id: UUID, refused: DomainError | None = None) -> str:
    """The five, highest first; what is hoped for is what the goal says until they write otherwise."""
    row = showing.one(patient, gathering.reader(), goal_id).row
    kept = attainment.by_level(row.levels) or {0: row.words or ""}
    now = {f"level{level}": words for level, words in kept.items()}
    more = {
        "boxes": [(f"level{level}", name) for level, name in words.LEVEL_NAMES.items()],
        "typed": request.form if refused else now,
    }
    return _page("levels", patient, row, "save_levels", more, {"level2": typed.fault(refused)} if refused else {})


def _share(patient: AdmittedPatient, goal_id: UUID, fault: str = "") -> str:
    row = showing.one(patient, gathering.reader(), goal_id).row
    more = {"audiences": gathering.audiences(patient, row.audience)}
    return _page("share", patient, row, "save_share", more, {"audience": fault} if fault else {})


def _page(
    name: str, patient: AdmittedPatient, row: Goal, view: str, more: Mapping[str, Any], errors: Mapping[str, str]
) -> str:
    here: dict[str, Any] = {"patient_id": patient.id, "goal_id": row.id}
    context = {
        "step": name,
        "kept": [("version", row.version)],
        "send": SENDS[view],
        "closed": acting.care_ended(patient),
        "words": row.words,
        "action": url_for(f"my_goals_changing.{view}", **here),
        "back": "The goal",
        "back_href": url_for("my_goals.one", **here),
        **Shown(errors=errors).context(),
        **more,
    }
    return frame.for_patient(f"patient/goals/{name}.html", patient, "goals", **context)


def _numbered(one: showing.Shown) -> MultiDict[str, str]:
    """What it goes by, as far as whoever asks may read it, as it would be typed."""
    row, way = one.row, one.way
    form = {"version": str(row.version)}
    if way is None or row.tied_to is None or row.tie is None:
        return MultiDict(form if row.tied_to else form | {"tied_to": numbers.STEPS_ALONE})
    of_it = (("start_value", way.start), ("aim_value", way.aim))
    said = {name: f"{number.normalize():f}" for name, number in of_it if number is not None}
    return MultiDict(form | said | {"tied_to": row.tied_to, "tie": row.tie, "aim_of": row.tie})


def _number(
    patient: AdmittedPatient,
    goal_id: UUID,
    form: MultiDict[str, str],
    question: str,
    errors: Mapping[str, str] | None = None,
) -> tuple[str, int]:
    names = numbers.questions(form)
    here: dict[str, Any] = {"patient_id": patient.id, "goal_id": goal_id}
    context = {
        "step": question,
        "previous": question_pages.before(names, question),
        "send": "Save" if question == names[-1] and question != "seen" else None,
        "kept": question_pages.kept(form, numbers.QUESTIONS, question, ("version",)),
        "typed": form,
        "closed": acting.care_ended(patient),
        "action": url_for("my_goals_changing.save_number", **here),
        "back": "The goal",
        "back_href": url_for("my_goals.one", **here),
        **numbers.context(patient, form, question),
        **Shown(form, errors or {}).context(),
    }
    return frame.for_patient("patient/goals/number.html", patient, "goals", **context), 422 if errors else 200
