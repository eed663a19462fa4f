"""Reads of alerts: the case to judge, one alert with its history, the alerts of a patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from app.access.guards import Caller
from app.access.permissions import Permission
from app.alerts.episodes import Key, OpenAlert
from app.alerts.judging import Case
from app.alerts.models import Alert, AlertEvent, Finding
from app.core import audit
from app.core.db import db
from app.core.errors import NotFound
from app.core.events import EventRerun
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.protocols.content import Severity
from app.readings import queries as readings
from app.readings.events import ReadingsRecorded
from app.rules import windows
from app.todos import queries as todos

# How far back "the last two readings" of a settled alert may lie when no rule asks for more.
LAST_TWO = timedelta(days=3)
MOST_TODOS = 200

_CASE = text(f"""
    select {readings.LOCK_JSON} as held, {protocols.PLANS_JSON} as plans, {protocols.LIMITS_JSON} as limits,
        {readings.WINDOW_JSON} as window,
        (with mine as (select a.* from alert a where a.patient_id = :patient_id and a.measure = any(:measures)
                and a.state <> 'resolved' for update)
            select jsonb_agg(jsonb_build_array(id, measure, direction, family, severity, state, acknowledge_by, is_late,
                settled_at is not null)) from mine) as alerts,
        (select jsonb_agg(jsonb_build_array(f.reading_id, f.protocol, f.rule, f.severity)) from finding f
            where f.patient_id = :patient_id and f.measure = any(:measures) and f.withdrawn_at is null
                and f.measured_at between :since and :until) as known
""")  # noqa: S608  built from the constants of this code


def case(event: ReadingsRecorded) -> Case:
    """Plans, limits, window, open alerts and running findings, in one statement; whoever judges the same waits."""
    reach = max((windows.window_needed(protocols.registry().values(), one) for one in event.measures), default=LAST_TWO)
    values = {
        "patient_id": event.patient_id,
        "measures": list(event.measures),
        "since": event.earliest - max(reach, LAST_TWO),
        "until": event.latest + reach * 2,
    }
    row = db.session.execute(_CASE, values).one()
    return Case(
        protocols.applied_plans(row.plans, row.limits),
        readings.observed(row.window),
        {one.key: one for one in _open_alerts(row.alerts)},
        {(UUID(i), protocol, rule): Severity(severity) for i, protocol, rule, severity in row.known or ()},
    )


def _open_alerts(rows: Sequence[Any] | None) -> list[OpenAlert]:
    return [
        OpenAlert(
            UUID(i),
            (measure, direction, family),
            Severity(severity),
            state,
            datetime.fromisoformat(by),
            is_late,
            is_settled,
        )
        for i, measure, direction, family, severity, state, by, is_late, is_settled in rows or ()
    ]


def open_alert(patient_id: UUID, key: Key) -> Alert | None:
    """The open alert of one key, locked."""
    measure, direction, family = key
    where = (Alert.measure == measure, Alert.direction == direction, Alert.family == family, Alert.state != "resolved")
    return db.session.scalar(select(Alert).where(Alert.patient_id == patient_id, *where).with_for_update())


def waits_for_judging(patient_id: UUID, measure: str, *, besides: UUID) -> bool:
    """Does another re-run of judging wait for this measure of this patient?"""
    waiting = (EventRerun.patient_id == patient_id, EventRerun.done_at.is_(None), EventRerun.id != besides)
    of_measure = EventRerun.facts["measures"].contains([measure])
    return db.session.scalar(select(EventRerun.id).where(*waiting, of_measure).limit(1)) is not None


def unjudged(patient: AdmittedPatient, reading_ids: Collection[UUID]) -> set[UUID]:
    """Which of these readings still wait to be judged."""
    waiting = (EventRerun.patient_id == patient.id, EventRerun.done_at.is_(None))
    found = db.session.scalars(select(EventRerun.facts).where(*waiting)).all()
    return {UUID(one) for facts in found for one in facts.get("reading_ids", ())} & set(reading_ids)


def alert(patient: AdmittedPatient, alert_id: UUID) -> Alert:
    """One alert of this patient; raises NotFound."""
    found = db.session.get(Alert, alert_id)
    if found is None or found.patient_id != patient.id:
        raise NotFound
    return found


def alert_for_change(patient: AdmittedPatient, alert_id: UUID) -> Alert:
    """One alert of this patient, locked, as it stands now; raises NotFound."""
    where = (Alert.id == alert_id, Alert.patient_id == patient.id)
    found = db.session.scalar(select(Alert).where(*where).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def alerts(patient: AdmittedPatient, *, only_open: bool = False) -> Sequence[Alert]:
    """The alerts of a patient, newest first."""
    found = select(Alert).where(Alert.patient_id == patient.id)
    if only_open:
        found = found.where(Alert.state != "resolved")
    return db.session.scalars(found.order_by(Alert.opened_at.desc()).limit(200)).all()


def history(alert_id: UUID) -> Sequence[AlertEvent]:
    """What happened to an alert, in order."""
    where = AlertEvent.alert_id == alert_id
    return db.session.scalars(select(AlertEvent).where(where).order_by(AlertEvent.created_at, AlertEvent.id)).all()


def findings(alert_id: UUID) -> Sequence[Finding]:
    """The findings of an alert, newest measurement first."""
    where = Finding.alert_id == alert_id
    return db.session.scalars(select(Finding).where(where).order_by(Finding.measured_at.desc())).all()


def findings_of(patient: AdmittedPatient, reading_ids: Collection[UUID]) -> Mapping[UUID, list[Finding]]:
    """The running findings of some readings, worst first."""
    where = (Finding.patient_id == patient.id, Finding.reading_id.in_(reading_ids), Finding.withdrawn_at.is_(None))
    found: dict[UUID, list[Finding]] = {}
    for finding in db.session.scalars(select(Finding).where(*where)):
        found.setdefault(finding.reading_id, []).append(finding)
    return found


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One row of the worklist: an alert or a to-do."""

    kind: str
    id: UUID
    patient_id: UUID
    patient: str
    severity: str | None
    state: str
    why: str
    owner: str
    taken_by: str | None
    opened_at: datetime
    due_at: datetime
    is_late: bool
    is_settled: bool
    is_judged: bool


# Flat in the number of patients: one index scan over the open alerts of the teams.
_WORKLIST = text("""
    select a.id, a.patient_id, pp.given_name || ' ' || pp.family_name as patient, a.severity, a.state, a.why,
        o.given_name || ' ' || o.family_name as owner, k.given_name || ' ' || k.family_name as taken_by,
        a.opened_at, a.acknowledge_by, a.is_late, a.settled_at is not null as is_settled,
        a.family <> 'unjudged' as judged
    from alert a
    join patient p on p.id = a.patient_id join person pp on pp.id = p.person_id
    join person o on o.id = a.owner_id left join person k on k.id = a.acknowledged_by and a.state = 'acknowledged'
    where a.team_id = any(:teams) and a.state <> 'resolved'
    order by array_position(array['emergency', 'red', 'amber', 'note'], a.severity), a.state = 'acknowledged',
        a.is_late, a.acknowledge_by, a.id
""")


def worklist(caller: Caller) -> list[WorklistRow]:
    """The open alerts of the caller's teams, worst first, noted as one look at their patients; then the to-dos."""
    teams = list(caller.teams(Permission.SEE_CASELOAD))
    rows = [
        WorklistRow(
            "alert",
            r.id,
            r.patient_id,
            r.patient,
            r.severity,
            r.state,
            r.why,
            r.owner,
            r.taken_by,
            r.opened_at,
            r.acknowledge_by,
            r.is_late,
            r.is_settled,
            r.judged,
        )
        for r in db.session.execute(_WORKLIST, {"teams": teams})
    ]
    rows += _todo_rows(teams)
    _note_look(caller, rows)
    return rows


def _todo_rows(teams: Collection[UUID]) -> list[WorklistRow]:
    return [
        WorklistRow(
            "todo",
            one.todo.id,
            one.todo.patient_id,
            one.person.name,
            None,
            "open",
            one.todo.reason or "",
            one.owner.name,
            None,
            one.todo.created_at,
            one.todo.due_at,
            False,
            False,
            True,
        )
        for one in todos.open_todos(teams, limit=MOST_TODOS)
    ]


def _note_look(caller: Caller, rows: Sequence[WorklistRow]) -> None:
    entry = audit.Entry(
        role="staff",
        action=str(Permission.SEE_CASELOAD),
        actor_id=caller.person_id,
        patient_ids=sorted({row.patient_id for row in rows}),
        organisation_id=next(iter(caller.organisations(Permission.SEE_CASELOAD)), None),
        request_id=audit.request_id(),
    )
    audit.note(entry)
