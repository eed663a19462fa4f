"""Doses not taken or not recorded: judged by the rules of missed_doses.toml, one alert for the named coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.alerts import missed_doses, queries
from app.alerts.episodes import Change
from app.alerts.missed_doses import KEY, Seen, Signal
from app.alerts.models import Alert
from app.alerts.service import writing
from app.core import clock
from app.core.ids import new_id
from app.medicines.events import DosesAnswered, DosesNotRecorded
from app.medicines.queries import missing
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.protocols.content import Severity


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be written."""

    patient: AdmittedPatient
    signals: Sequence[Signal]


def consider(event: DosesAnswered | DosesNotRecorded) -> Work | None:
    """Judge, without writing; None where nothing was left out, or no rule holds."""
    news = missing.of_these(event.patient_id, event.dose_ids)
    if not news:
        return None
    rules = missed_doses.RULES
    seen = [
        Seen(one.medicine_id, one.on, one.state, one.is_time_critical, one.why)
        for one in missing.around(event.patient_id, news, rules.reach)
    ]
    found = [
        signal
        for medicine_id, on in news.items()
        for signal in missed_doses.signals(rules, [one for one in seen if one.medicine_id == medicine_id], on)
    ]
    patient = patients.admitted_one(event.patient_id)
    return Work(patient, found) if found and patient.ended_at is None else None


def act(work: Work) -> None:
    """Open the alert, or join the one that is open; a graver signal raises it. Nobody is sent a text."""
    severity = max((one.severity for one in work.signals), key=lambda one: one.rank)
    why = " ".join(dict.fromkeys(one.why for one in sorted(work.signals, key=lambda one: -one.severity.rank)))
    alert = queries.open_alert(work.patient.id, KEY)
    writing.write(work.patient, {KEY: _change(work.patient, alert, severity, why)})


def _change(patient: AdmittedPatient, alert: Alert | None, severity: Severity, why: str) -> Change:
    look_by = patient.look_at_by(severity, clock.now())
    if alert is None:
        return Change(new_id(), KEY, "opened", severity, severity, why, look_by, False)
    before = Severity(alert.severity)
    if severity.rank > before.rank:
        return Change(alert.id, KEY, "raised", severity, severity, why, look_by, False)
    return Change(alert.id, KEY, "joined", before, before, why, None, False)
