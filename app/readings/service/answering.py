"""What became of readings that were sent together, each with the honest reply to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.patients.admission import AdmittedPatient
from app.readings import answers, queries
from app.readings.replies import Reply
from app.readings.service.recording import Outcome, Received


def answered(patient: AdmittedPatient, received: Sequence[Received]) -> list[dict[str, Any]]:
    """Each item's answer, in the order they were sent."""
    told = queries.reply_for(patient, [one.id for one in received if one.outcome is Outcome.STORED])
    return [_answer(one, told) for one in received]


def _answer(one: Received, told: Mapping[UUID, Reply]) -> dict[str, Any]:
    if one.outcome is Outcome.DIFFERENT:
        return answers.different(one.id)
    if one.outcome is Outcome.REFUSED or one.reading is None:
        return answers.refused(one.id, one.quarantine_id, one.reasons)
    return answers.stored(one.reading, told[one.id])
