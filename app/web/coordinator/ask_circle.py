"""Ask the circle for help from an alert: plainly, and without a word of what the alert is about."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.alerts import queries as alerts
from app.alerts.models import Alert
from app.core import clock, http
from app.core.errors import Conflict, Invalid, TooMany
from app.core.http import Pages
from app.core.ids import new_id
from app.messages import wanted
from app.messages.help_entering import NewHelp
from app.messages.queries import help as queries
from app.messages.schemas import help as schemas
from app.messages.service import asking
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame, looking
from app.web.patient import help_words

pages = Pages("ask_circle", __name__, url_prefix="/console")
HANDLE: Final = guards.on_patient(Permission.HANDLE_ALERTS)
ASK: Final = "/patients/<uuid:patient_id>/alerts/<uuid:alert_id>/ask"
REFUSED: Final = (Conflict, Invalid, TooMany)
RESOLVED: Final = "This alert is resolved, so nothing is asked because of it. Ask from the patient’s help instead."
_ASKED: Final = {"thing": "Choose what would help", "people": "Tick at least one", "id": "Open this page again"}
_NEW: Final = schemas.NewHelpSchema()


@pages.get(ASK, access=HANDLE)
def ask(patient: AdmittedPatient, alert_id: UUID) -> Any:
    """What the circle is asked for, and whom."""
    return _page(patient, alert_id, MultiDict({"id": str(new_id())}))


@pages.post(ASK, access=HANDLE)
def ask_now(patient: AdmittedPatient, alert_id: UUID) -> Any:
    """Ask them; the alert and its timer stay as they are."""
    try:
        _running(alerts.alert(patient, alert_id))
        asking.ask(patient, _typed(request.form, alert_id), By(guards.caller().person_id, g.role, "page"))
    except REFUSED as refused:
        errors = {one["pointer"].strip("/").split("/")[0]: one["detail"] for one in refused.errors}
        said = {name: _ASKED.get(name, detail) for name, detail in errors.items()} or {"": refused.detail}
        return _page(patient, alert_id, request.form, said), refused.status
    return redirect(url_for("coordinator.alert", patient_id=patient.id, alert_id=alert_id, _anchor="circle"), 303)


def part(patient: AdmittedPatient, alert: Alert) -> dict[str, Any] | None:
    """What the circle was asked because of an alert, for its page; None for whoever may not see that."""
    if not looking.may(Permission.SEE_FEED):
        return None
    now, rows = clock.now(), queries.of_alert(patient, alert.id)
    may_ask = alert.state != "resolved" and looking.may(Permission.HANDLE_ALERTS)
    return {
        "rows": [
            {
                "what": one.row.what,
                "state": help_words.state(one, now, patient.team_zone),
                "href": url_for("my_help.one", patient_id=patient.id, request_id=one.row.id),
            }
            for one in queries.shown(patient, rows, guards.caller().person_id)
        ],
        "ask_href": url_for("ask_circle.ask", patient_id=patient.id, alert_id=alert.id) if may_ask else None,
    }


def _running(alert: Alert) -> None:
    if alert.state == "resolved":
        raise Conflict(RESOLVED)


def _typed(form: MultiDict[str, str], alert_id: UUID) -> NewHelp:
    """What was chosen; no words of one's own."""
    people = form.getlist("people") if form.get("whom") == "some" else None
    said = {"id": form.get("id", ""), "thing": form.get("thing") or None, "people": people}
    new: NewHelp = http.loaded(_NEW, said)
    return NewHelp(new.id, new.thing, people=new.people, alert_id=alert_id)


def _page(
    patient: AdmittedPatient, alert_id: UUID, form: MultiDict[str, str], errors: dict[str, str] | None = None
) -> str:
    alert, people = alerts.alert(patient, alert_id), [one.person_id for one in queries.helpers(patient)]
    named, ticked = queries.named(patient, dict.fromkeys(people, "member")), form.getlist("people")
    context = {
        "patient": patient.name,
        "form_id": form.get("id", ""),
        "thing": form.get("thing"),
        "whom": form.get("whom", "all"),
        "things": [{"value": name, "text": text} for name, text in wanted.THINGS.items()],
        "people": [
            {"value": str(one), "text": f"{named[one].name}, {named[one].said}", "checked": str(one) in ticked}
            for one in people
        ],
        "closed": _closed(patient, alert, is_nobody=not people),
        "action": url_for("ask_circle.ask_now", patient_id=patient.id, alert_id=alert_id),
        "back_href": url_for("coordinator.alert", patient_id=patient.id, alert_id=alert_id),
        "error": errors or {},
        "errors": [{"text": text, "href": f"#{name or 'maincontent'}"} for name, text in (errors or {}).items()],
    }
    return frame.for_staff("coordinator/ask_circle.html", patient, "alert", **context)


def _closed(patient: AdmittedPatient, alert: Alert, *, is_nobody: bool) -> str | None:
    """Why there is nothing to choose."""
    if patient.ended_at is not None:
        return asking.ENDED.format(team=patient.team_name)
    if alert.state == "resolved":
        return RESOLVED
    return asking.NOBODY if is_nobody else None
