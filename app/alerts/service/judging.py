"""Judge what was recorded, in its transaction: read the case, let the pure rules conclude, write alerts and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.alerts import episodes, judging, queries
from app.alerts.episodes import Change, Key
from app.alerts.judging import Case, Judgement
from app.alerts.models import JUDGED, Alert, AlertEvent
from app.alerts.service import replies, writing
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.protocols.content import Severity
from app.readings.events import ReadingsRecorded

UNJUDGED = "unjudged"  # the family of an alert that stands for "a rule crashed: look yourself"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be written after judging."""

    patient: AdmittedPatient
    judgement: Judgement
    changes: Mapping[Key, Change]
    measured_at: Mapping[UUID, datetime]


def consider(event: ReadingsRecorded) -> Work | None:
    """Judge, without writing; None where there is nothing to write."""
    patient = patients.admitted_one(event.patient_id)
    case = queries.case(event.patient_id, event.measures, event.earliest, event.latest)
    judgement = judging.judge(case, event.reading_ids, event.received_at, patient.zone)
    if event.is_history:  # it tells of the past: it opens no alert, and settles none that is open now
        imported = set(event.reading_ids)
        news = [finding for finding in judgement.news if finding.reading_id not in imported]
        judgement = replace(judgement, news=news, settled=())
    work = to_write(patient, case, judgement)
    replies.remember(event, case, judgement, work.changes)
    return work if judgement else None


def to_write(patient: AdmittedPatient, case: Case, judgement: Judgement) -> Work:
    """What a judgement does to the patient's alerts."""
    now = clock.now()
    changes = episodes.change(judgement.news, case.alerts, lambda severity: patient.look_at_by(severity, now))
    return Work(patient, judgement, changes, {one.reading_id: one.measured_at for one in case.window})


def act(work: Work) -> None:
    """Write findings, alerts, history and texts."""
    if work.judgement.findings:
        writing.write(work.patient, work.changes, work.judgement.findings, work.measured_at)
    if work.judgement.withdrawn:
        writing.withdraw(work.patient, work.judgement.withdrawn)
    if work.judgement.settled:
        writing.settle(work.patient, work.judgement.settled)


def could_not(event: ReadingsRecorded, rerun_id: UUID) -> None:
    """A rule crashed: the readings stand on the worklist as not judged, as urgent as red, and somebody is told."""
    replies.forget()
    if event.is_history:
        return  # history opens no alert; its re-run is on its way all the same
    patient = patients.admitted_one(event.patient_id)
    now = clock.now()
    changes: dict[Key, Change] = {}
    for measure in event.measures:
        key = (measure, "none", UNJUDGED)
        if queries.open_alert(patient.id, key) is None:
            look_by = patient.look_at_by(Severity.RED, now)
            why = "Something that was sent could not be judged by the computer. Please look at it yourself."
            changes[key] = Change(new_id(), key, "opened", Severity.RED, Severity.RED, why, look_by, True)
    writing.write(patient, changes, text_name="not_judged")


def judged_after_all(event: ReadingsRecorded, rerun_id: UUID) -> None:
    """The re-run succeeded: what stood for "not judged" is closed by Kith itself, once nothing else waits."""
    for measure in event.measures:
        alert = queries.open_alert(event.patient_id, (measure, "none", UNJUDGED))
        if alert is not None and not queries.waits_for_judging(event.patient_id, measure, besides=rerun_id):
            _close(alert)


def _close(alert: Alert) -> None:
    alert.state, alert.outcome, alert.resolved_at = "resolved", JUDGED, clock.now()
    alert.version += 1
    db.session.add(
        AlertEvent(organisation_id=alert.organisation_id, patient_id=alert.patient_id, alert_id=alert.id, kind="judged")
    )
