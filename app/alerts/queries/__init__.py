"""Reads of alerts: the case to judge, one alert with its history, the alerts of a patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from app.access.guards import Caller
from app.access.permissions import Permission
from app.alerts.episodes import Key, OpenAlert
from app.alerts.judging import Case
from app.alerts.models import Alert, AlertEvent, Finding
from app.core.db import HotStatement, db
from app.core.errors import NotFound
from app.core.events import EventRerun
from app.core.pages import Page, page, position
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.protocols.content import Severity
from app.readings import queries as readings
from app.rules import windows

# How far back "the last two readings" of a settled alert may lie when no rule asks for more.
LAST_TWO = timedelta(days=3)
NOTHING = timedelta(0)

# An open alert may settle by the last two readings, which may lie further back than any rule looks.
_SINCE = """case when exists (select from alert o where o.patient_id = :patient_id and o.measure = any(:measures)
    and o.state <> 'resolved') then cast(:since_last_two as timestamptz) else cast(:since as timestamptz) end"""
_CASE = HotStatement(f"""
    select {readings.NEWEST_JSON} as newest, {protocols.PLANS_JSON} as plans, {protocols.LIMITS_JSON} as limits,
        {readings.WINDOW_JSON.format(since=_SINCE)} as window,
        (with mine as (select a.* from alert a where a.patient_id = :patient_id and a.measure = any(:measures)
                and a.state <> 'resolved' for update)
            select jsonb_agg(jsonb_build_array(id, measure, direction, family, severity, fresh_severity, state,
                acknowledge_by, settled_at is not null)) from mine) as alerts,
        (select jsonb_agg(jsonb_build_array(f.reading_id, f.protocol, f.rule, f.severity)) from finding f
            where f.patient_id = :patient_id and f.measure = any(:measures) and f.withdrawn_at is null
                and f.measured_at between :since and :until) as known
""")  # noqa: S608  built from the constants of this code


def case(patient_id: UUID, measures: Collection[str], earliest: datetime, latest: datetime) -> Case:
    """Plans, limits, window, open alerts and running findings, in one statement; whoever judges the same waits."""
    reach = max((windows.window_needed(protocols.registry().values(), one) for one in measures), default=NOTHING)
    values = {
        "patient_id": patient_id,
        "measures": list(measures),
        "since": earliest - reach * 2,  # the neighbours that are judged again look back as far themselves
        "since_last_two": earliest - max(reach, LAST_TWO),
        "until": latest + reach * 2,
    }
    (row,) = _CASE.rows(values)
    return Case(
        protocols.applied_plans(row["plans"], row["limits"]),
        readings.observed(row["window"]),
        {one.key: one for one in _open_alerts(row["alerts"])},
        {(UUID(i), protocol, rule): Severity(severity) for i, protocol, rule, severity in row["known"] or ()},
        {UUID(one) for one in (row["newest"] or {}).values()},
    )


def _open_alerts(rows: Sequence[Any] | None) -> list[OpenAlert]:
    return [
        OpenAlert(
            UUID(i),
            (measure, direction, family),
            Severity(severity),
            Severity(fresh) if fresh else None,
            state,
            datetime.fromisoformat(by),
            is_settled,
        )
        for i, measure, direction, family, severity, fresh, state, by, is_settled in rows or ()
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


def by_id(alert_id: UUID) -> Alert | None:
    """An alert for work that no person asked for, locked."""
    return db.session.scalar(select(Alert).where(Alert.id == alert_id).with_for_update())


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


def alert_page(patient: AdmittedPatient, limit: int, cursor: str | None) -> Page[Alert]:
    """A page of the alerts of a patient, newest first."""
    found = select(Alert).where(Alert.patient_id == patient.id)
    if after := position(cursor):
        found = found.where(tuple_(Alert.opened_at, Alert.id) < (after.at, after.id))
    rows = db.session.scalars(found.order_by(Alert.opened_at.desc(), Alert.id.desc()).limit(limit + 1)).all()
    return page(rows, limit, lambda alert: (alert.opened_at, alert.id))


def history(alert_id: UUID) -> Sequence[AlertEvent]:
    """What happened to an alert, in order."""
    where = AlertEvent.alert_id == alert_id
    return db.session.scalars(select(AlertEvent).where(where).order_by(AlertEvent.created_at, AlertEvent.id)).all()


def findings(alert_id: UUID) -> Sequence[Finding]:
    """The findings of an alert, newest measurement first."""
    where = Finding.alert_id == alert_id
    return db.session.scalars(select(Finding).where(where).order_by(Finding.measured_at.desc())).all()


@dataclass(frozen=True, slots=True)
class AlertInFull:
    """An alert with its findings and its history; its version is the alert's."""

    alert: Alert
    findings: Sequence[Finding]
    history: Sequence[AlertEvent]

    @property
    def version(self) -> int:
        return self.alert.version


def alert_in_full(patient: AdmittedPatient, alert_id: UUID) -> AlertInFull:
    """One alert of this patient with all that happened; raises NotFound."""
    return AlertInFull(alert(patient, alert_id), findings(alert_id), history(alert_id))


def findings_of(patient: AdmittedPatient, reading_ids: Collection[UUID]) -> Mapping[UUID, list[Finding]]:
    """The running findings of some readings, worst first."""
    where = (Finding.patient_id == patient.id, Finding.reading_id.in_(reading_ids), Finding.withdrawn_at.is_(None))
    found: dict[UUID, list[Finding]] = {}
    for finding in db.session.scalars(select(Finding).where(*where)):
        found.setdefault(finding.reading_id, []).append(finding)
    return found


def last_contacts(patient: AdmittedPatient, limit: int = 5) -> list[tuple[AlertEvent, str]]:
    """What the team last wrote down about a patient, each with who did, newest first."""
    where = (AlertEvent.patient_id == patient.id, AlertEvent.text_sealed.is_not(None))
    noted = select(AlertEvent, Person).join(Person, Person.id == AlertEvent.by).where(*where)
    rows = db.session.execute(noted.order_by(AlertEvent.created_at.desc(), AlertEvent.id.desc()).limit(limit))
    return [(event, person.name) for event, person in rows]


def patient_of(caller: Caller, alert_id: UUID) -> UUID:
    """The patient of an alert of the caller's teams; raises NotFound for any other."""
    mine = Alert.team_id.in_(caller.teams(Permission.SEE_ALERTS))
    found = db.session.scalar(select(Alert.patient_id).where(Alert.id == alert_id, mine))
    if found is None:
        raise NotFound
    return found
