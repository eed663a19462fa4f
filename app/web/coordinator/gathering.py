"""What each page of the console is made from: read through the slices' queries, handed to the pure pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.alerts import queries as alerts
from app.alerts.models import Alert
from app.alerts.queries import worklist as worklists
from app.core import clock
from app.identity import queries as identity
from app.messages.queries.inbox import Count
from app.notifications import queries as notifications
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.queries import emergency
from app.protocols import queries as protocols
from app.readings import queries as readings
from app.records.queries import keeping
from app.teams import queries as teams
from app.teams.models import Team
from app.todos import queries as todos
from app.web import looking, measuring, trends
from app.web.coordinator import (
    actions,
    ask_circle,
    emergencies,
    goals,
    inbox_gathering,
    medicines,
    one_alert,
    one_patient,
    ratings,
    strip,
    visits,
    worklist,
)
from app.web.coordinator.one_alert import Case
from app.web.coordinator.worklist import SAID, Filters, Reader
from app.web.patient import feed_gathering
from app.web.trends import Span

DAYS_AT_AN_ALERT = 30
SHARES = Permission.AGREE_SHARED_CARE


def team_of(caller: Caller) -> Team:
    """The team whose worklist this is, the first by name where somebody works in several."""
    mine = caller.teams(Permission.SEE_CASELOAD)
    return next(team for team in teams.teams_in(caller.organisations(Permission.SEE_CASELOAD)) if team.id in mine)


def worklist_etag(caller: Caller, team: Team, filters: Filters, messages: Count) -> str:
    """Changes whenever the list would: with what is on it, who reads it, how it is filtered, and the day."""
    today = clock.today(ZoneInfo(team.zone))
    to_confirm = [one.invitation.id for one in identity.answered(caller.person_id)]
    parts = (worklists.fingerprint(caller), caller.session_id, filters, today, to_confirm, messages)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def for_worklist(caller: Caller, team: Team, filters: Filters, etag: str, messages: Count) -> dict[str, Any]:
    """Everything that waits for the caller's teams."""
    reader, said = Reader(caller.person_id, clock.now(), ZoneInfo(team.zone)), request.args.get("said")
    return {
        "heading": "Worklist",
        "team": team.name,
        "filters": filters.fields(),
        "action": url_for("coordinator.worklist"),
        "message": {"words": SAID[said], "undo": False} if said in SAID else None,
        "worklist": worklist.listed(worklists.worklist(caller), filters, reader, f'"{etag}"')
        | {"messages": inbox_gathering.waits(messages, reader.zone)},
    }


def for_patient(patient: AdmittedPatient, days: int) -> dict[str, Any]:
    """The context of a patient in twenty seconds."""
    now, zone, me = clock.now(), patient.team_zone, guards.caller().person_id
    found = alerts.alerts(patient, only_open=True)
    people = identity.people({who for one in found for who in (one.owner_id, one.acknowledged_by) if who})
    return {
        "patient": strip.strip(patients.whole_record(patient.id), now),
        "alerts": one_patient.alerts(found, people, me, now, zone),
        "todos": one_patient.todos(todos.open_of(patient), now, zone) if looking.may(Permission.HANDLE_TODOS) else [],
        "emergency": _emergency(me, patient),
        "measures": measuring.measures(patient, Span(days, now, zone)),
        "ranges": trends.ranges(days, lambda one: url_for("coordinator.patient", patient_id=patient.id, days=one)),
        "medicines": medicines.part(patient),
        "goals": goals.part(patient),
        "actions": actions.part(patient),
        "ratings": ratings.part(patient),
        "visits": visits.part(patient),
        "feed": feed_gathering.part(patient),
        "messages_href": url_for("team_inbox.of_patient", patient_id=patient.id)
        if looking.may(Permission.ANSWER_MESSAGES)
        else None,
        "plans": one_patient.plans(protocols.plans(patient), protocols.registry(), zone),
        "carers_href": url_for("console_carers.overview", patient_id=patient.id)
        if looking.may(Permission.HANDLE_ALERTS)
        else None,
        "texts_href": url_for("console_texts.overview", patient_id=patient.id)
        if looking.may(Permission.ASK_BY_TEXT)
        else None,
        "circle": one_patient.circle(patients.circle(patient)),
        "circle_href": url_for("my_circle.circle", patient_id=patient.id)
        if looking.may(Permission.SEE_CIRCLE)
        else None,
        "sharing_href": url_for("sharing.agreements", patient_id=patient.id) if looking.may(SHARES) else None,
        "invitations": _invitations(me, patient) if looking.may(Permission.CHANGE_CIRCLE) else None,
        "corrections": one_patient.corrections(keeping.correction_notes(patient), now, zone),
        "contacts": one_patient.contacts(alerts.last_contacts(patient), now, zone),
        "account_href": _account(patient),
        "back_href": url_for("coordinator.worklist"),
    }


def _account(patient: AdmittedPatient) -> str | None:
    may = looking.may(Permission.CHANGE_PATIENT)
    return url_for("account.overview", patient_id=patient.id) if may else None


def _invitations(me: UUID, patient: AdmittedPatient) -> dict[str, Any]:
    """Where people are asked into the circle, and how many have come whom the caller asked."""
    came = [one for one in identity.answered(me) if one.invitation.patient_id == patient.id]
    return {"href": url_for("circle_invitations.invited", patient_id=patient.id), "came": len(came)}


def _emergency(me: UUID, patient: AdmittedPatient) -> dict[str, Any] | None:
    """What the caller has open of this record in an emergency."""
    mine = [one for one in emergency.running_of(me) if one.access.patient_id == patient.id]
    return emergencies.running(mine)[0] if mine else None


def for_alert(
    patient: AdmittedPatient, alert_id: UUID, values: Mapping[str, str], errors: list[dict[str, str]]
) -> dict[str, Any]:
    """One alert with all that helps to act on it; raises NotFound."""
    case = _case(patient, alerts.alert(patient, alert_id))
    steps = alerts.history(alert_id)
    charts = measuring.measures(patient, Span(DAYS_AT_AN_ALERT, case.now, case.zone), only=case.alert.measure)
    return {
        "alert": one_alert.shown(case),
        "patient": strip.strip(patients.whole_record(patient.id), case.now),
        "measure": charts[0] if charts else None,
        "told_patient": one_alert.told_patient(case, patient.coordinator_name),
        "told": one_alert.told(notifications.told_of(alert_id), case),
        "history": one_alert.history(steps, case),
        **_acts(case.alert),
        "circle": ask_circle.part(patient, case.alert),
        "version": case.alert.version,
        "outcomes": one_alert.outcomes(),
        "values": values,
        "errors": errors,
        "back_href": url_for("coordinator.worklist"),
    }


def _case(patient: AdmittedPatient, alert: Alert) -> Case:
    findings = alerts.findings(alert.id)
    worst = one_alert.worst(findings)
    done_by = {step.by for step in alerts.history(alert.id)}
    people = {alert.owner_id, alert.acknowledged_by, alert.resolved_by, *done_by} - {None}
    return Case(
        alert=alert,
        findings=findings,
        reading=readings.reading(patient, worst.reading_id) if worst else None,
        previous=alerts.alert(patient, alert.previous_id) if alert.previous_id else None,
        people=identity.people({one for one in people if one}),
        registry=protocols.registry(),
        me=guards.caller().person_id,
        now=clock.now(),
        zone=patient.team_zone,
    )


def _acts(alert: Alert) -> dict[str, str | None]:
    """What can still be done with it."""
    one: dict[str, Any] = {"patient_id": alert.patient_id, "alert_id": alert.id}
    is_open = alert.state != "resolved"
    return {
        "acknowledge_url": url_for("coordinator.acknowledge", **one) if alert.state == "open" else None,
        "note_url": url_for("coordinator.add_note", **one) if is_open else None,
        "resolve_url": url_for("coordinator.resolve", **one) if is_open else None,
    }
