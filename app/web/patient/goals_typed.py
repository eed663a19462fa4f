"""What was typed about goals: plain values for the slice's schemas, or a plain sentence of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.core import http
from app.core.errors import DomainError
from app.goals import entering, rhythm
from app.goals.attainment import LEVELS
from app.goals.entering import NewReview, NewStep
from app.goals.schemas import goals as schemas
from app.goals.schemas import steps as step_schemas

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
    "levels": f"Say all five, each in up to {entering.LONGEST_WORDS} letters, or leave all of them empty",
}


def fault(refused: DomainError) -> str:
    """What is wrong, in a sentence."""
    names = [name for one in refused.errors for name in one["pointer"].strip("/").split("/")]
    plain = next((PLAINLY[name] for name in names if name in PLAINLY), None)
    return plain if plain and names != ["person_id"] else refused.detail


def box(refused: DomainError) -> str:
    """The box that something is wrong in; none where it is about the whole."""
    return str(refused.errors[0]["pointer"]).strip("/").split("/")[0] if refused.errors else ""


def step(form: Mapping[str, str]) -> NewStep:
    """A step. Raises Invalid."""
    body = {"id": form.get("id", ""), "words": form.get("words", ""), "due_on": form.get("due_on") or None}
    made: NewStep = http.loaded(step_schemas.NewGoalStep(), body)
    return made


def step_change(form: Mapping[str, str]) -> dict[str, Any]:
    """What a step is to say. Raises Invalid."""
    body = {"words": form.get("words", ""), "due_on": form.get("due_on", "").strip() or None}
    said: dict[str, Any] = http.loaded(step_schemas.GoalStepChange(), body)
    return said


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
    """What it is to say, and who sees it where that is asked. Raises Invalid."""
    body = {
        "words": form.get("words", ""),
        "why": form.get("why", "").strip() or None,
        "review_each_days": form.get("review_each_days") or None,
    } | {name: form[name] for name in ("audience",) if name in form}
    return change(body)


def levels(form: Mapping[str, str]) -> dict[str, Any]:
    """Their words for each level, lowest first; all left empty they are none. Raises Invalid."""
    said = [form.get(f"level{level}", "").strip() for level in LEVELS]
    return change({"levels": said if any(said) else None})


def change(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be said of a goal from now on. Raises Invalid."""
    said: dict[str, Any] = http.loaded(schemas.GoalChange(), dict(body))
    return said


def why(form: Mapping[str, str]) -> str | None:
    """Why, if somebody wants to say it. Raises Invalid."""
    said: dict[str, str | None] = http.loaded(schemas.GoalWhy(), {"why": form.get("why", "").strip() or None})
    return said["why"]


def rhythms(each: str) -> list[dict[str, Any]]:
    """How often it can be looked at, with the rhythm it has."""
    options = RHYTHMS if each in RHYTHMS else RHYTHMS | {each: f"Every {each} days"}
    return [{"value": value, "text": text, "checked": value == each} for value, text in options.items()]
