"""Nothing is heard of somebody who is asked by text: the coordinator is asked to find out why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.patients.admission import AdmittedPatient
from app.programmes import queries
from app.programmes.models import SILENT, TextProgramme
from app.todos import service as todos

UNANSWERED: Final = "texts_unanswered"
IN_A_ROW: Final = 3
_MISSED: Final = "{name} was asked by text {count} times in a row and sent nothing."
_UNREACHED: Final = "The last {count} times that {name} was to be asked by text, a text did not reach their phone."
_UNASKED: Final = "The last {count} times, {name} could not be asked by text: look at the plan and at the number."
_FIND_OUT: Final = " Find out whether all is well, and whether texts still suit them."


def notice(programme: TextProgramme, patient: AdmittedPatient, now: datetime) -> None:
    """So many times in a row nothing came: one to-do until something does. The caller holds the programme."""
    states = queries.last_settled(programme.id, IN_A_ROW)
    if programme.escalated_at is not None or len(states) < IN_A_ROW or set(states) - set(SILENT):
        return
    programme.escalated_at = now
    said = _why(states).format(name=patient.given_name, count=IN_A_ROW)
    todos.add(patient, UNANSWERED, str(programme.id), said + _FIND_OUT)


def _why(states: Sequence[str]) -> str:
    if "unasked" in states:
        return _UNASKED
    return _UNREACHED if "unreached" in states else _MISSED
