"""The honest reply, in words: what the value means, what to do, who will look and by when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.patients.admission import AdmittedPatient
from app.protocols.content import Severity
from app.readings.replies import Reply


@dataclass(frozen=True, slots=True)
class Told:
    """What one finding says to the sender."""

    severity: Severity
    means: str
    do: str
    look_by: datetime | None
    is_late: bool
    opens_alert: bool


def reply(patient: AdmittedPatient, told: Sequence[Told], *, is_watched: bool, is_judged: bool, at: datetime) -> Reply:
    """One reply for one reading, by the worst of what was found."""
    if not is_judged:
        who = f"Saved, not yet judged. {patient.coordinator_name} has been told and looks at it in person."
        return Reply(False, None, "We could not check this by itself.", _if_worried(patient), who, None)
    if not told:
        return _nothing_found(patient, is_watched=is_watched)
    worst = max(told, key=lambda one: (one.severity.rank, one.opens_alert))
    return Reply(True, str(worst.severity), worst.means, worst.do, _who(patient, worst, at), worst.look_by)


def reply_in_error(patient: AdmittedPatient) -> Reply:
    """What is said of a reading that was marked as entered in error: nothing of its number."""
    who = f"{patient.team_name} can see that it was, and does not count it."
    return Reply(True, None, "This was entered in error.", "Measure again if you are unsure.", who, None)


def _nothing_found(patient: AdmittedPatient, *, is_watched: bool) -> Reply:
    if not is_watched:
        who = f"Saved. No plan of yours watches this, so nobody is told. {patient.team_name} can see it when they look."
        return Reply(True, None, "It is in your record.", _if_worried(patient), who, None)
    who = f"Nobody needs to act. {patient.coordinator_name} sees it at your next review."
    return Reply(True, None, "This is within the limits of your plan.", "Carry on as you are.", who, None)


def _who(patient: AdmittedPatient, worst: Told, at: datetime) -> str:
    name = patient.coordinator_name
    if not worst.opens_alert:
        return f"{name}, your care coordinator, sees it at your next review."
    if worst.look_by is None:
        return f"{name}'s team has this in hand already and sees what you sent."
    by = spoken(worst.look_by, patient, at)
    if patient.team_is_there(at):
        texted = worst.severity in (Severity.RED, Severity.EMERGENCY) and not worst.is_late
        told = "has been told and" if texted else "has it on the list and"
        return f"{name}, your care coordinator, {told} will look by {by}."
    return f"{patient.out_of_hours_sentence} {name}, your care coordinator, will look by {by}."


def _if_worried(patient: AdmittedPatient) -> str:
    return f"If you feel unwell do not wait: call {patient.out_of_hours_number}, or 999 in an emergency."


def spoken(moment: datetime, patient: AdmittedPatient, at: datetime) -> str:
    """An instant as the patient says it: 10:45 today, 08:15 on Monday 23 November."""
    local, today = moment.astimezone(patient.zone), at.astimezone(patient.zone).date()
    if local.date() == today:
        return f"{local:%H:%M} today"
    return f"{local:%H:%M} on {local:%A} {local.day} {local:%B}"
