"""My record: take a copy of everything, say what is wrong in it, close my account."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for

from app import config
from app.access import guards
from app.access.permissions import Permission
from app.core import clock, csrf, http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.records.schemas import keeping as schemas
from app.records.service import closing, exporting, noting
from app.web import frame, moments
from app.web.me.pages import ZONE

pages = Pages("my_record", __name__, url_prefix="/me/record")

# The pages of a record that make sense also once care has ended; today only until then.
PAGES: Final = {
    "patient.today": "Today",
    "patient.numbers": "My numbers",
    "my_circle.circle": "My circle: who sees what",
    "my_access_log.who_looked": "Who looked at my record",
}
SAID: Final = {
    "asked": "Your copy is being made. Load this page again in a minute.",
    "noted": "Your note is kept, and your coordinator is asked to read it.",
}


@pages.get("/", access=guards.signed_in)
def overview() -> str:
    """What I can do with my record."""
    return _overview()


@pages.post("/copies", access=guards.signed_in)
def ask() -> Any:
    """Ask for a copy of everything about me."""
    exporting.ask_about_oneself(guards.caller().person_id)
    return redirect(url_for("my_record.overview", said="asked"), 303)


@pages.get("/copies/<uuid:export_id>", access=guards.signed_in)
def take(export_id: UUID) -> Response:
    """Take a copy away."""
    me = guards.caller().person_id
    answer = make_response(exporting.take(exporting.about_oneself(me), export_id, me))
    answer.mimetype = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="kith-record-{clock.now().date()}.zip"'
    return answer


@pages.post("/<uuid:patient_id>/notes", access=guards.on_patient(Permission.EXPORT_RECORD))
def note(patient: AdmittedPatient) -> Any:
    """Say what is wrong in my record."""
    typed = request.form.get("text", "").strip()
    try:
        text = http.loaded(schemas.NewCorrectionNote(), {"text": typed})["text"]
    except Invalid:
        return _overview([{"text": "Write what is wrong, in up to 4000 characters.", "href": "#text"}], typed), 422
    noting.add_note(patient, text, guards.caller().person_id)
    return redirect(url_for("my_record.overview", said="noted"), 303)


@pages.get("/close", access=guards.signed_in)
def close() -> str:
    """What closing my account does, before I confirm it."""
    return _close()


@pages.post("/close", access=guards.signed_in)
def close_now() -> Any:
    """Close my account."""
    sent = {name: request.form.get(name) == "yes" for name in ("confirmed", "restrict")}
    try:
        wanted = http.loaded(schemas.CloseAccount(), sent)
        closing.close(guards.caller().person_id, restrict=wanted["restrict"])
    except Invalid:
        return _close([{"text": "Tick the box if you want to close your account.", "href": "#confirmed"}]), 422
    except Conflict as refused:
        return _close([{"text": refused.detail, "href": "#maincontent"}]), refused.status
    return _closed()


def _overview(errors: list[dict[str, str]] | None = None, typed: str = "") -> str:
    me = guards.caller().person_id
    return render_template(
        "me/record.html",
        notice=SAID.get(request.args.get("said", "")),
        copies=[_copy(one) for one in exporting.about_oneself(me)],
        records=[_record(patient) for patient in _records(me)],
        errors=errors or [],
        typed=typed,
    )


def _records(person_id: UUID) -> list[AdmittedPatient]:
    own = [record.id for record in patients.own_records(person_id)]
    known = patients.admitted(own)
    return [known[one] for one in own]


def _record(patient: AdmittedPatient) -> dict[str, Any]:
    shown = [one for one in PAGES.items() if patient.ended_at is None or one[0] not in frame.WHILE_CARED_FOR]
    ended = moments.full(patient.ended_at.astimezone(patient.zone).date()) if patient.ended_at else None
    ways = [{"text": text, "href": url_for(name, patient_id=patient.id)} for name, text in shown]
    return {"id": patient.id, "team": patient.team_name, "ended": ended, "ways": ways}


def _copy(one: Any) -> dict[str, Any]:
    now = clock.now()
    return {
        "href": url_for("my_record.take", export_id=one.id) if one.ready_at else None,
        "asked": moments.words(one.created_at, now, ZONE),
        "until": moments.words(one.expires_at, now, ZONE),
    }


def _close(errors: list[dict[str, str]] | None = None) -> str:
    prospect = closing.prospect(guards.caller().person_id)
    return render_template("me/close.html", prospect=prospect, errors=errors or [])


def _closed() -> Response:
    """The last page: nobody is signed in any more."""
    answer = make_response(render_template("me/closed.html", person=None, csrf_token=None))
    answer.delete_cookie(config.current().cookie_name, **csrf.cookie_rules())
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer
