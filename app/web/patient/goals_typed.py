"""What was typed about goals: plain values for the slice's schemas, or a plain sentence of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import url_for

from app.core import http
from app.core.errors import DomainError
from app.goals import entering, rhythm
from app.goals.entering import NewReview, NewStep
from app.goals.queries import showing
from app.goals.schemas import goals as schemas
from app.goals.schemas import steps as step_schemas
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import goals_gathering as gathering

RHYTHMS: Final = {
    "": "No day",
    "7": "Each week",
    "14": "Every two weeks",
    "28": "Every four weeks",
    "91": "Every three months",
}
PLAINLY: Final = {
    "words": f"Say it in up to {entering.LONGEST_WORDS} letters",
    "why": f"Say it in up to {entering.LONGEST_WHY} letters",
    "note": f"Say how it goes, in up to {entering.LONGEST_NOTE} letters, or choose a number",
    "confidence": "Choose a number from 0 to 10",
    "due_on": "Give a day",
    "review_each_days": f"Choose how often, from {rhythm.EACH_DAYS[0]} days",
    "person_id": "Choose somebody",
    "audience": "Choose who sees it",
}


def fault(refused: DomainError) -> str:
    """What is wrong, in a sentence."""
    names = [one["pointer"].strip("/").split("/")[-1] for one in refused.errors]
    plain = next((PLAINLY[name] for name in names if name in PLAINLY), None)
    return plain if plain and names != ["person_id"] else refused.detail


def step(form: Mapping[str, str]) -> NewStep:
    """A step. Raises Invalid."""
    body = {"id": form.get("id", ""), "words": form.get("words", ""), "due_on": form.get("due_on") or None}
    made: NewStep = http.loaded(step_schemas.NewGoalStep(), body)
    return made


def review(form: Mapping[str, str]) -> NewReview:
    """How it goes. Raises Invalid."""
    names = ("confidence", "level", "note")
    body = {"id": form.get("id", "")} | {name: form.get(name, "").strip() or None for name in names}
    made: NewReview = http.loaded(schemas.NewGoalReview(), body)
    return made


def note(form: Mapping[str, str]) -> NewReview:
    """A word of somebody who helps. Raises Invalid."""
    made: NewReview = http.loaded(schemas.NewGoalNote(), {"id": form.get("id", ""), "note": form.get("note", "")})
    return made


def changes(form: Mapping[str, str]) -> dict[str, Any]:
    """What it is to say. Raises Invalid."""
    body = {
        "words": form.get("words", ""),
        "why": form.get("why", "").strip() or None,
        "review_each_days": form.get("review_each_days") or None,
    }
    said: dict[str, Any] = http.loaded(schemas.GoalChange(), body)
    return said


def change_page(
    patient: AdmittedPatient, goal_id: UUID, form: Mapping[str, str] | None = None, refused: DomainError | None = None
) -> str:
    """The form with what it says, or with what was typed."""
    one = showing.one(patient, gathering.reader(), goal_id)
    typed = form or {"words": one.row.words or "", "why": one.row.why or ""}
    each = form.get("review_each_days", "") if form else str(one.row.review_each_days or "")
    options = RHYTHMS if each in RHYTHMS else RHYTHMS | {each: f"Every {each} days"}
    return frame.for_patient(
        "patient/goals/change.html",
        patient,
        "goals",
        goal={"words": typed.get("words", ""), "why": typed.get("why", ""), "version": one.row.version},
        rhythms=[{"value": value, "text": text, "checked": value == each} for value, text in options.items()],
        action=url_for("my_goals.save", patient_id=patient.id, goal_id=goal_id),
        back_href=url_for("my_goals.one", patient_id=patient.id, goal_id=goal_id),
        errors=[{"text": fault(refused), "href": "#words"}] if refused else [],
    )
