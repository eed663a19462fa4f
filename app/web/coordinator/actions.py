"""Actions of the care plan on a patient's page of the console: added, changed, marked done, dropped with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock, http
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.core.http import Pages
from app.core.ids import new_id
from app.pathway import entering, schemas
from app.pathway.queries import owners, showing
from app.pathway.service import acting, ending, setting
from app.patients.admission import AdmittedPatient
from app.web import frame, looking
from app.web.patient import action_gathering as gathering
from app.web.patient import action_words as words
from app.web.patient import actions as marks
from app.web.patient import medicine_typed
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("coordinator_actions", __name__, url_prefix="/console/patients/<uuid:patient_id>/actions")
CHANGE: Final = guards.on_patient(Permission.CHANGE_PLAN)
ONE: Final = "/<uuid:action_id>"
REFUSED: Final = (Conflict, Invalid, PreconditionFailed)
_NEW, _CHANGE, _DROPPED = schemas.NewPlanAction(), schemas.PlanActionChange(), schemas.PlanActionDropped()


@pages.get("/add", access=CHANGE)
def add(patient: AdmittedPatient) -> str:
    """What is to be done, by whom, until when?"""
    return _add(patient, Shown({"id": str(new_id())}))


@pages.post("/add", access=CHANGE)
def add_now(patient: AdmittedPatient) -> Any:
    """Add it to the care plan."""
    form = request.form
    try:
        body = http.loaded(_NEW, _typed(form) | {"id": form.get("id", "")})
        setting.set_action(patient, body, gathering.by())
    except REFUSED as refused:
        return _add(patient, Shown(form, words.faults(refused))), refused.status
    return _to_patient(patient, "set")


@pages.get(ONE, access=CHANGE)
def one(patient: AdmittedPatient, action_id: UUID) -> str:
    """One action, to be changed or dropped; and what happened to it."""
    return _one(patient, action_id)


@pages.post(f"{ONE}/change", access=CHANGE)
def change(patient: AdmittedPatient, action_id: UUID) -> Any:
    """Have it say this, by this day, for this owner."""

    def does() -> Any:
        version = medicine_typed.version(request.form)
        return setting.change(patient, action_id, version, http.loaded(_CHANGE, _typed(request.form)), gathering.by())

    return _done(patient, action_id, "changed", does)


@pages.post(f"{ONE}/drop", access=CHANGE)
def drop(patient: AdmittedPatient, action_id: UUID) -> Any:
    """It is not to be done any more."""

    def does() -> Any:
        body = http.loaded(_DROPPED, {"why": request.form.get("why", "")})
        return ending.drop(patient, action_id, body["why"], gathering.by())

    return _done(patient, action_id, "drop", does)


@pages.post(f"{ONE}/act", access=CHANGE)
def act(patient: AdmittedPatient, action_id: UUID) -> Any:
    """It is done, or is not after all."""
    name = request.form.get("act", "")
    if name not in marks.MARKS:
        raise NotFound
    return _done(patient, action_id, name, lambda: marks.MARKS[name](patient, action_id, gathering.by()))


def part(patient: AdmittedPatient) -> dict[str, Any] | None:
    """What is open and what ended last, for whoever may see the plan."""
    if not looking.may(Permission.SEE_PLAN):
        return None
    me, now, zone = guards.caller().person_id, clock.now(), patient.team_zone
    may_change = looking.may(Permission.CHANGE_PLAN) and patient.ended_at is None
    cards = [
        words.shown(each, me, now, zone)
        | {
            "href": url_for("coordinator_actions.one", patient_id=patient.id, action_id=each.row.id),
            "act_url": url_for("coordinator_actions.act", patient_id=patient.id, action_id=each.row.id),
        }
        for each in gathering.listed(patient)
    ]
    return {
        "open": [each for each in cards if each["is_open"]],
        "ended": [each for each in cards if not each["is_open"]],
        "may_change": may_change,
        "said": words.SAID.get(request.args.get("action", "")),
        "add_href": url_for("coordinator_actions.add", patient_id=patient.id) if may_change else None,
    }


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the schemas take it."""
    return {name: form.get(name, "") for name in ("words", "owner_id")} | {"due_on": form.get("due_on") or None}


def _done(patient: AdmittedPatient, action_id: UUID, said: str, does: Callable[[], Any]) -> Any:
    try:
        does()
    except REFUSED as refused:
        return _one(patient, action_id, Shown(request.form, words.faults(refused))), refused.status
    return _to_patient(patient, said)


def _to_patient(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("coordinator.patient", patient_id=patient.id, action=said, _anchor="actions"), 303)


def _add(patient: AdmittedPatient, form: Shown) -> str:
    return _page("add", patient, form, action=url_for("coordinator_actions.add_now", patient_id=patient.id))


def _one(patient: AdmittedPatient, action_id: UUID, form: Shown = EMPTY) -> str:
    """As it is, or as it was typed. Raises NotFound."""
    found, me, now, zone = showing.one(patient, action_id), guards.caller().person_id, clock.now(), patient.team_zone
    row = found.row
    here: dict[str, Any] = {"patient_id": patient.id, "action_id": action_id}
    as_it_is = {"words": row.words, "owner_id": str(row.owner_id), "due_on": row.due_on or "", "version": row.version}
    shown = Shown(as_it_is | {name: form.get(name) for name in form.typed}, form.errors)
    more = {
        "one": words.shown(found, me, now, zone),
        "history": [words.happened(each, me, now, zone) for each in showing.history(patient, action_id)],
        "urls": {name: url_for(f"coordinator_actions.{name}", **here) for name in ("change", "drop", "act")},
    }
    return _page("one", patient, shown, **more)


def _page(name: str, patient: AdmittedPatient, form: Shown, **more: Any) -> str:
    people = [{"value": str(each.person_id), "text": f"{each.name}, {each.said}"} for each in owners.owners(patient)]
    context = {
        "patient": patient.name,
        "typed": form.typed,
        "people": people,
        "longest": entering.LONGEST_WORDS,
        "closed": acting.care_ended(patient),
        "back_href": url_for("coordinator.patient", patient_id=patient.id, _anchor="actions"),
        **form.context(),
        **more,
    }
    return frame.for_staff(f"coordinator/action_{name}.html", patient, "patient", **context)
