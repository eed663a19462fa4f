"""What the pages of visits are made from: read for whoever looks, and handed to the pure words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import g, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.ids import new_id
from app.identity import second_factor_codes
from app.messages import visit_readers, visit_tasks
from app.messages.queries import visit_notes, visit_people, visits
from app.messages.queries.visits import Shown as Visit
from app.messages.service import visit_codes
from app.messages.service.visit_codes import Made
from app.messages.visit_readers import Reader
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.readings.models import Reading
from app.web import frame, looking, moments, words
from app.web.patient import sharing, visit_words
from app.web.patient.sharing import EMPTY, Shown

P = Permission
BACK = timedelta(days=28)
SAID: Final = {
    "arrived": "You are down as being here.",
    "saved": "It is saved.",
    "left": "You have left. Thank you.",
    "off": "It is called off.",
    "read": "It is marked as read.",
    "hidden": "It is kept from the circle now.",
    "shown": "The circle can see it again.",
}


def by(channel: str = "page") -> By:
    """Who acts, on a page unless it is said otherwise."""
    return By(guards.caller().person_id, g.role, channel)


def reader() -> Reader:
    """Who reads."""
    return visit_readers.reader(guards.caller().person_id, g.role, guards.reads)


def for_list(patient: AdmittedPatient, said: str) -> dict[str, Any]:
    """The visits to come and those of the last weeks."""
    now, records, plans = clock.now(), looking.may(P.RECORD_VISITS), looking.may(P.PLAN_VISITS)
    found = visits.coming(patient, now - BACK, now + visit_words.AHEAD)
    open_ = [one for one in found if not visit_words.is_past(one, now)]
    past = [one for one in reversed(found) if visit_words.is_past(one, now)]
    here: dict[str, Any] = {"patient_id": patient.id}
    return {
        "said": SAID.get(said),
        "whose": frame.whose(patient) and patient.given_name,
        "coming": [_listed(patient, one) for one in open_],
        "past": [_listed(patient, one) for one in past],
        "arrive_href": url_for("my_visits.arrive", **here) if records else None,
        "plans_href": url_for("my_visit_plans.plans", **here) if plans else None,
        "code_href": url_for("my_visit_code.code", **here) if plans and not patient.ended_at else None,
    }


def for_visit(patient: AdmittedPatient, visit_id: UUID, said: str, shown: Shown = EMPTY) -> dict[str, Any]:
    """One visit, for whoever reads it."""
    one, me, now = visits.visit(patient, visit_id), reader(), clock.now()
    notes = visit_notes.with_earlier(patient, me, one.id)
    corrected = {each.corrects_id for each in notes}
    measured = visit_notes.readings(patient, me, [one.id]).get(one.id, [])
    return {
        "said": SAID.get(said),
        "visit": visit_words.visit(one, now, patient.zone),
        "facts": visit_words.facts(one, now, patient.zone),
        "notes": [_note(patient, one, each) for each in notes if each.id not in corrected],
        "earlier": [visit_words.note(each, now, patient.zone) for each in notes if each.id in corrected],
        "readings": [reading(each) for each in measured],
        **_acts(patient, one),
        "hiding": _hiding(patient, one),
        "back_href": url_for("my_visits.visits", patient_id=patient.id),
        **shown.context(),
    }


def _acts(patient: AdmittedPatient, one: Visit) -> dict[str, str | None]:
    """What can be done with it now."""
    ids: dict[str, Any] = {"patient_id": patient.id, "visit_id": one.id}
    mine = looking.may(P.RECORD_VISITS) and one.visitor_id == guards.caller().person_id
    is_there = mine and one.arrived_at is not None
    may_come = looking.may(P.RECORD_VISITS) and one.state in ("planned", "missed")
    may_call_off = looking.may(P.PLAN_VISITS) and one.state == "planned"
    here = url_for("my_visits.arrive", patient_id=patient.id, visit=one.id)
    return {
        "arrive_href": here if may_come else None,
        "write_href": url_for("my_visits.write", **ids) if is_there else None,
        "leave_action": url_for("my_visits.leave", **ids) if is_there and one.left_at is None else None,
        "call_off_href": url_for("my_visit_code.call_off", **ids) if may_call_off else None,
    }


def _hiding(patient: AdmittedPatient, one: Visit) -> dict[str, Any] | None:
    """Whether the circle sees it, for who can change that and, where it is kept, for who sees it all the same."""
    may = looking.may(P.HIDE_VISITS)
    if not may and not one.hidden_from_circle:
        return None
    there = [] if one.hidden_from_circle else visit_people.family_there(patient, one.id, one.visitor_id)
    whose = sharing.whose(patient)
    return {
        "is_hidden": one.hidden_from_circle,
        "whose": whose,
        "circle": "my circle" if whose == "your" else "the circle",
        "team": patient.team_name,
        "known_to": visit_words.names(there) if there else None,
        "is_of_plan": one.plan_id is not None,
        "has_been": one.arrived_at is not None or one.left_at is not None,
        "action": url_for("my_visits.hide", patient_id=patient.id, visit_id=one.id) if may else None,
    }


def _note(patient: AdmittedPatient, one: Visit, each: visit_notes.FamilyNote) -> dict[str, Any]:
    may = looking.may(P.RECORD_VISITS) and (each.by == guards.caller().person_id or reader().is_staff)
    href = url_for("my_visits.write", patient_id=patient.id, visit_id=one.id, corrects=each.id) if may else None
    return visit_words.note(each, clock.now(), patient.zone) | {"correct_href": href}


def reading(one: Reading) -> dict[str, str]:
    """A reading taken at a visit."""
    return {"title": words.title(one.measure), "words": words.value(one)}


def for_arrive(patient: AdmittedPatient, typed: Mapping[str, Any], shown: Shown = EMPTY) -> dict[str, Any]:
    """Which visit is it? The nearest is chosen already; one tap is enough."""
    now = clock.now()
    found = visits.expected(patient)
    chosen = str(typed.get("visit") or (found[0].id if found else "none"))
    return {
        "patient": patient.given_name,
        "choices": [
            {
                "value": str(one.id),
                "text": f"{one.what}, {moments.words(one.due_at, now, patient.zone)}",
                "hint": {"text": one.visitor or visit_words.NOBODY},
            }
            for one in found
        ],
        "chosen": chosen,
        "typed": typed,
        "form_id": typed.get("id") or str(new_id()),
        "handover": _handover(patient, None),
        "action": url_for("my_visits.arrive_now", patient_id=patient.id),
        "back_href": url_for("my_visits.visits", patient_id=patient.id),
        **shown.context(),
    }


def _handover(patient: AdmittedPatient, visit_id: UUID | None) -> dict[str, Any] | None:
    """The last word for whoever comes next, with a box to tick that it was read."""
    found = visit_notes.handover(patient, reader())
    if found is None or found.by == guards.caller().person_id:
        return None
    ids: dict[str, Any] = {"patient_id": patient.id, "note_id": found.id, "visit": visit_id}
    has_read = any(one.person_id == guards.caller().person_id for one in found.read_by)
    action = None if has_read else url_for("my_visits.handover_read", **ids)
    return visit_words.note(found, clock.now(), patient.zone) | {"action": action}


def for_write(patient: AdmittedPatient, visit_id: UUID, form: MultiDict[str, str], shown: Shown) -> dict[str, Any]:
    """The one form, with who reads each text beside its box."""
    one, me = visits.visit(patient, visit_id), reader()
    audience = visit_people.audience(patient, is_kept=one.hidden_from_circle)
    ticked = form.getlist("done")
    return {
        "visit": visit_words.visit(one, clock.now(), patient.zone),
        "tasks": [{"value": key, "text": text, "checked": key in ticked} for key, text in visit_tasks.TASKS.items()],
        "typed": form,
        "corrects": form.get("corrects") or None,
        "form_id": form.get("id") or str(new_id()),
        "is_professional": me.is_professional,
        "family_readers": visit_words.names(audience.family),
        "professional_readers": visit_words.names(audience.professional) if me.is_professional else None,
        "handover": _handover(patient, one.id),
        "measure_href": url_for("patient.add", patient_id=patient.id) if looking.may(P.ADD_READINGS) else None,
        "action": url_for("my_visits.write", patient_id=patient.id, visit_id=one.id),
        "back_href": url_for("my_visits.visit", patient_id=patient.id, visit_id=one.id),
        **shown.context(),
    }


def for_confirm(patient: AdmittedPatient, visit_id: UUID, form: MultiDict[str, str], body: Any) -> dict[str, Any]:
    """What is about to be saved, text by text, with the names of who will read it."""
    one, note = visits.visit(patient, visit_id), body["note"]
    audience = visit_people.audience(patient, is_kept=one.hidden_from_circle)
    next_at = note.next_visit_at
    texts = [("For the family", note.family, audience.family)]
    texts += [("For professionals", note.professional, audience.professional)]
    texts += [("For whoever comes next", note.handover, audience.professional)]
    return {
        "visit": visit_words.visit(one, clock.now(), patient.zone),
        "done": visit_tasks.words(note.done),
        "done_readers": visit_words.names(audience.family),
        "texts": [
            {"title": title, "text": text, "readers": visit_words.names(readers)}
            for title, text, readers in texts
            if text
        ],
        "next": moments.words(next_at, clock.now(), patient.zone) if next_at else None,
        "kept": [(key, text) for key, text in form.items(multi=True) if key not in ("csrf_token", "step")],
        "may_leave": one.left_at is None and one.visitor_id == guards.caller().person_id,
        "action": url_for("my_visits.write", patient_id=patient.id, visit_id=one.id),
    }


def for_call_off(patient: AdmittedPatient, visit_id: UUID, shown: Shown) -> dict[str, Any]:
    """What is read before a visit is called off."""
    one = visits.visit(patient, visit_id)
    ids: dict[str, Any] = {"patient_id": patient.id, "visit_id": one.id}
    return {
        "visit": visit_words.visit(one, clock.now(), patient.zone),
        "typed": shown.typed,
        "readers": visit_words.names(visit_people.audience(patient, is_kept=one.hidden_from_circle).family),
        "action": url_for("my_visit_code.call_off", **ids),
        "back_href": url_for("my_visits.visit", **ids),
        **shown.context(),
    }


def for_code(patient: AdmittedPatient, made: Made | None) -> dict[str, Any]:
    """The code for the wall: when the one there was made, or the new one, to be printed now."""
    kept = visit_codes.made_at(patient)
    since = moments.words(kept.created_at, clock.now(), patient.zone) if kept else None
    return {
        "patient": patient.given_name,
        "since": since,
        "code": made.code if made else None,
        "picture": Markup(second_factor_codes.picture(made.url)) if made else None,  # noqa: S704  drawn by us, holds no text
        "action": url_for("my_visit_code.make_code", patient_id=patient.id),
        "back_href": url_for("my_visits.visits", patient_id=patient.id),
    }


def _listed(patient: AdmittedPatient, one: Visit) -> dict[str, Any]:
    href = url_for("my_visits.visit", patient_id=patient.id, visit_id=one.id)
    return visit_words.visit(one, clock.now(), patient.zone) | {"href": href}
