"""The pages of planned visits, for a home and for a team: made, changed and ended, one question a page.

What was answered before goes along in the form; nothing is planned before the last answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, DomainError, Invalid, NotFound, PreconditionFailed
from app.core.http import Pages
from app.messages.queries import visits
from app.messages.service import visit_planning
from app.patients.admission import AdmittedPatient
from app.web import planned_visits as planned
from app.web.patient import visit_gathering as gathering
from app.web.patient import visit_typed as typed

PLAN: Final = guards.on_patient(Permission.PLAN_VISITS)
REFUSED: Final = (Conflict, Invalid, PreconditionFailed)
Show = Callable[[str, AdmittedPatient, dict[str, Any]], str]


def pages_of(name: str, url_prefix: str, show: Show) -> Pages:
    """The pages of one audience, which shows a template with what it holds in its own frame."""
    pages = Pages(name, __name__, url_prefix=url_prefix)
    _overviews(pages, name, show)
    _making(pages, name, show)
    _changing(pages, name, show)
    return pages


def _overviews(pages: Pages, name: str, show: Show) -> None:
    @pages.get("", access=PLAN)
    def plans(patient: AdmittedPatient) -> str:
        """The plans that run."""
        return show("visits/plans.html", patient, planned.overview(name, patient, request.args.get("said", "")))

    @pages.get("/<uuid:plan_id>", access=PLAN)
    def one(patient: AdmittedPatient, plan_id: UUID) -> str:
        """One plan, answer by answer."""
        return show("visits/one_plan.html", patient, planned.one(name, patient, _running(patient, plan_id)))

    @pages.post("/<uuid:plan_id>/end", access=PLAN)
    def end(patient: AdmittedPatient, plan_id: UUID) -> Any:
        """No more visits of it."""
        visit_planning.end_plan(patient, plan_id, gathering.by())
        return _to_plans(name, patient, "ended")


def _making(pages: Pages, name: str, show: Show) -> None:
    @pages.get("/new", access=PLAN)
    def kinds(patient: AdmittedPatient) -> str:
        """Once, or again and again?"""
        return show("visits/kinds.html", patient, planned.kinds(name, patient))

    @pages.get("/new/<kind>", access=PLAN)
    def new(patient: AdmittedPatient, kind: str) -> str:
        """The first question."""
        return _asked(name, show, patient, kind, _steps(kind)[0], MultiDict())

    @pages.post("/new/<kind>", access=PLAN)
    def answer(patient: AdmittedPatient, kind: str) -> Any:
        """On to the next question, or back to one that was not answered; after the last it is planned."""
        steps, form = _steps(kind), request.form
        answered = planned.answered(steps, form.get("part"))
        try:
            _plan_it(patient, kind, form, is_last=answered == steps)
        except REFUSED as refused:
            if wrong := planned.unanswered(answered, refused):
                return _asked(name, show, patient, kind, wrong, form, refused), refused.status
        if answered != steps:
            return _asked(name, show, patient, kind, steps[len(answered)], form)
        return _to_plans(name, patient, "planned")


def _changing(pages: Pages, name: str, show: Show) -> None:
    @pages.get("/<uuid:plan_id>/<part>", access=PLAN)
    def part(patient: AdmittedPatient, plan_id: UUID, part: str) -> str:
        """One question, with what holds now."""
        context = planned.part(name, patient, _running(patient, plan_id), _known(part))
        return show("visits/plan_part.html", patient, context)

    @pages.post("/<uuid:plan_id>/<part>", access=PLAN)
    def change(patient: AdmittedPatient, plan_id: UUID, part: str) -> Any:
        """It is otherwise from now on; the visits to come are made anew."""
        plan, version = _running(patient, plan_id), request.form.get("version", "")
        try:
            changes = typed.changed(request.form, planned.FIELDS[_known(part)])
            read = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
            visit_planning.change_plan(patient, plan_id, read, changes)
        except REFUSED as refused:
            context = planned.part(name, patient, plan, part, request.form, refused)
            return show("visits/plan_part.html", patient, context), refused.status
        return redirect(url_for(f"{name}.one", patient_id=patient.id, plan_id=plan_id, said="changed"), 303)


def _plan_it(patient: AdmittedPatient, kind: str, form: MultiDict[str, str], *, is_last: bool) -> None:
    """Read all that was answered; after the last answer plan it. Raises Invalid and Conflict."""
    once, weekly = (typed.once(form), None) if kind == "once" else (None, typed.weekly(form))
    if is_last and once is not None:
        visit_planning.add(patient, once, gathering.by())
    if is_last and weekly is not None:
        visit_planning.plan(patient, weekly, gathering.by())


def _asked(
    name: str,
    show: Show,
    patient: AdmittedPatient,
    kind: str,
    part: str,
    form: MultiDict[str, str],
    refused: DomainError | None = None,
) -> str:
    return show("visits/plan_part.html", patient, planned.question(name, patient, kind, part, form, refused))


def _steps(kind: str) -> tuple[str, ...]:
    if kind not in planned.STEPS:
        raise NotFound
    return planned.STEPS[kind]


def _known(part: str) -> str:
    if part not in planned.STEPS["weekly"]:
        raise NotFound
    return part


def _running(patient: AdmittedPatient, plan_id: UUID) -> Any:
    plan = visits.plan(patient, plan_id)
    if plan.ended_at is not None:
        raise NotFound
    return plan


def _to_plans(name: str, patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for(f"{name}.plans", patient_id=patient.id, said=said), 303)
