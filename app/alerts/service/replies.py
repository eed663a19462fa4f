"""Replies to what was sent: of this request from memory, of an earlier one rebuilt from what is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from app.alerts import queries, replying
from app.alerts.episodes import Change, Key, key_of
from app.alerts.judging import Case, Judgement
from app.alerts.models import Finding as StoredFinding
from app.alerts.replying import Told
from app.core import clock
from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.protocols.content import Severity
from app.readings import queries as readings
from app.readings.events import ReadingsRecorded
from app.readings.replies import Reply
from app.rules.findings import Finding

_HERE = "told"  # where the session remembers what judging told of each reading of this request


def remember(event: ReadingsRecorded, case: Case, judgement: Judgement, changes: Mapping[Key, Change]) -> None:
    """Keep what was concluded, so that the reply of this request asks nothing again."""
    watched = {measure for plan in case.plans for measure in plan.protocol.by_measure}
    by_id = {one.reading_id: one.measure for one in case.window}
    told: dict[UUID, tuple[list[Told], bool]] = {one: ([], by_id.get(one) in watched) for one in event.reading_ids}
    for finding in judgement.findings:
        if finding.reading_id in told:
            told[finding.reading_id][0].append(_told(finding, changes.get(key_of(finding))))
    db.session().info[_HERE] = told


def forget() -> None:
    """What was concluded could not be written: the reply must not speak of it."""
    db.session().info.pop(_HERE, None)


def reply_for(patient: AdmittedPatient, reading_ids: Sequence[UUID]) -> Mapping[UUID, Reply]:
    """The reply to each of these readings."""
    now = clock.now()
    remembered: dict[UUID, tuple[list[Told], bool]] = db.session().info.get(_HERE, {})
    older = [one for one in reading_ids if one not in remembered]
    known = remembered | (_stored(patient, older) if older else {})
    waiting = queries.unjudged(patient, older) if older else set()
    in_error = readings.corrected(patient, older)
    return {
        one: replying.reply_in_error(patient)
        if one in in_error
        else replying.reply(patient, known[one][0], is_watched=known[one][1], is_judged=one not in waiting, at=now)
        for one in reading_ids
    }


def _stored(patient: AdmittedPatient, reading_ids: Collection[UUID]) -> dict[UUID, tuple[list[Told], bool]]:
    found = queries.findings_of(patient, reading_ids)
    watched = protocols.watched_measures(patient)
    measures = readings.measures_of(patient, reading_ids)
    return {one: ([_told_before(f) for f in found.get(one, ())], measures.get(one) in watched) for one in reading_ids}


def _told(finding: Finding, change: Change | None) -> Told:
    look_by = change.look_by if change else None
    return Told(finding.severity, finding.means, finding.do, look_by, finding.late, change is not None)


def _told_before(finding: StoredFinding) -> Told:
    severity = Severity(finding.severity)
    return Told(severity, finding.means, finding.do, finding.look_by, finding.is_late, finding.alert_id is not None)
