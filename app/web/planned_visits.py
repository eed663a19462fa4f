"""What the pages of planned visits hold: the plans in words, and one question at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.errors import DomainError
from app.core.ids import new_id
from app.identity import queries as people
from app.messages.models import VisitPlan
from app.messages.queries import visit_people, visits
from app.messages.queries.visits import Shown as Visit
from app.patients.admission import AdmittedPatient
from app.web.patient import visit_words
from app.web.patient.sharing import EMPTY, Shown

# What is asked, and which boxes belong to it.
QUESTIONS: Final = {
    "what": "What is the visit for?",
    "day": "On which day?",
    "days": "On which days?",
    "dates": "From when until when?",
    "time": "At what time, and for how long?",
    "who": "Who comes?",
}
FIELDS: Final = {
    "what": ("what",),
    "day": ("on",),
    "days": ("weekdays", "every_weeks"),
    "dates": ("starts_on", "ends_on"),
    "time": ("at", "minutes"),
    "who": ("visitor_id",),
}
STEPS: Final = {"once": ("what", "day", "time", "who"), "weekly": ("what", "days", "dates", "time", "who")}
SAID: Final = {
    "planned": "It is planned.",
    "ended": "The plan has ended. No more visits of it are expected.",
    "changed": "It is changed. The visits to come are as you said.",
}


def overview(name: str, patient: AdmittedPatient, said: str) -> dict[str, Any]:
    """The plans that run, and the visits to come."""
    now = clock.now()
    coming = [one for one in visits.coming(patient, now, now + visit_words.AHEAD) if not visit_words.is_past(one, now)]
    is_on = patient.ended_at is None
    return {
        "said": SAID.get(said),
        "plans": [_listed(name, patient, one) for one in visits.plans(patient)],
        "coming": [_coming(patient, one) for one in coming],
        "new_href": url_for(f"{name}.kinds", patient_id=patient.id) if is_on else None,
    }


def _listed(name: str, patient: AdmittedPatient, one: VisitPlan) -> dict[str, Any]:
    href = url_for(f"{name}.one", patient_id=patient.id, plan_id=one.id)
    return visit_words.plan(one, _visitor(one)) | {"href": href}


def _coming(patient: AdmittedPatient, one: Visit) -> dict[str, Any]:
    href = url_for("my_visits.visit", patient_id=patient.id, visit_id=one.id)
    return visit_words.visit(one, clock.now(), patient.zone) | {"href": href}


def _visitor(one: VisitPlan) -> str | None:
    return people.person(one.visitor_id).name if one.visitor_id else None


def one(name: str, patient: AdmittedPatient, plan: VisitPlan) -> dict[str, Any]:
    """One plan: each answer with its way to be changed."""
    ids: dict[str, Any] = {"patient_id": patient.id, "plan_id": plan.id}
    said = visit_words.plan_parts(plan, _visitor(plan))
    parts = [{"label": label, "words": text, "part": part} for part, label, text in said]
    return {
        "said": SAID.get(request.args.get("said", "")),
        "what": plan.what,
        "parts": [each | {"href": url_for(f"{name}.part", part=each["part"], **ids)} for each in parts],
        "end_action": url_for(f"{name}.end", **ids),
        "back_href": url_for(f"{name}.plans", patient_id=patient.id),
    }


def kinds(name: str, patient: AdmittedPatient) -> dict[str, Any]:
    """Once, or again and again?"""
    hrefs = {one: url_for(f"{name}.new", patient_id=patient.id, kind=one) for one in STEPS}
    return {"hrefs": hrefs, "back_href": url_for(f"{name}.plans", patient_id=patient.id)}


def question(
    name: str, patient: AdmittedPatient, kind: str, part: str, form: MultiDict[str, str], refused: DomainError | None
) -> dict[str, Any]:
    """One question of a new plan; what was answered before goes along unseen."""
    steps = STEPS[kind]
    at = steps.index(part) + 1
    gone = ("csrf_token", "part", "id", *FIELDS[part])
    along = [(key, text) for key, text in form.items(multi=True) if key not in gone]
    hidden = [("id", form.get("id") or str(new_id())), ("part", part), *along]
    return _boxes(patient, part, form, _only(part, form, refused)) | {
        "step": f"Question {at} of {len(steps)}",
        "hidden": hidden,
        "button": "Plan it" if at == len(steps) else "Go on",
        "action": url_for(f"{name}.new", patient_id=patient.id, kind=kind),
        "back_href": url_for(f"{name}.kinds", patient_id=patient.id),
    }


def part(
    name: str,
    patient: AdmittedPatient,
    plan: VisitPlan,
    part: str,
    form: MultiDict[str, str] | None = None,
    refused: DomainError | None = None,
) -> dict[str, Any]:
    """One question of a plan that runs, with what holds now or what was typed instead."""
    ids: dict[str, Any] = {"patient_id": patient.id, "plan_id": plan.id}
    shown = _only(part, form, refused) if form is not None else EMPTY
    return _boxes(patient, part, _holds(plan) if form is None else form, shown) | {
        "step": plan.what,
        "hidden": [("version", str(plan.version) if form is None else form.get("version", ""))],
        "button": "Change it",
        "action": url_for(f"{name}.part", part=part, **ids),
        "back_href": url_for(f"{name}.one", **ids),
    }


def answered(steps: tuple[str, ...], part: str | None) -> tuple[str, ...]:
    """The questions so far, `part` being the last; all of them where nothing is said."""
    return steps[: steps.index(part) + 1] if part in steps else steps


def unanswered(answered: Sequence[str], refused: DomainError) -> str | None:
    """The first question so far whose answer is missing or wrong; what belongs to none is asked at the last."""
    named = {one["pointer"].strip("/").split("/")[0] for one in refused.errors}
    if not named & {field for fields in FIELDS.values() for field in fields}:
        return answered[-1]
    return next((part for part in answered if named & set(FIELDS[part])), None)


def _only(part: str, form: MultiDict[str, str], refused: DomainError | None) -> Shown:
    """What is wrong with this question; the next ones have not been asked yet."""
    if refused is None:
        return EMPTY
    named = {one["pointer"].strip("/").split("/")[0]: one["detail"] for one in refused.errors}
    mine = {name: text for name, text in named.items() if name in FIELDS[part]}
    return Shown(form, mine or {"": refused.detail})


def _holds(plan: VisitPlan) -> MultiDict[str, str]:
    plain = {
        "what": plan.what or "",
        "every_weeks": str(plan.every_weeks),
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else "",
        "at": f"{plan.at:%H:%M}",
        "minutes": str(plan.minutes),
        "visitor_id": str(plan.visitor_id or ""),
    }
    return MultiDict([*plain.items(), *(("weekdays", str(one)) for one in plan.weekdays)])


def _boxes(patient: AdmittedPatient, part: str, typed: MultiDict[str, str], shown: Shown) -> dict[str, Any]:
    ticked = typed.getlist("weekdays")
    days = enumerate(visit_words.DAYS, 1)
    visitors = [(str(one.person_id), f"{one.name}, {one.said}") for one in visit_people.visitors(patient)]
    return {
        "part": part,
        "question": QUESTIONS[part],
        "typed": typed,
        "today": clock.today(patient.zone).isoformat(),
        "weekdays": [{"value": str(day), "text": text, "checked": str(day) in ticked} for day, text in days],
        "visitors": [{"value": value, "text": text} for value, text in [("", visit_words.NOBODY), *visitors]],
        "readers": visit_words.names(visit_people.audience(patient).family),
        **shown.context(),
    }
