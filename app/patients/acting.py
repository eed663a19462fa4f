"""What is said of somebody who is to act for a patient, and the checks of it: pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from app.patients import enrolment

CONSENT: Final = "consent"
SHORTEST_EVIDENCE: Final = 20


@dataclass(frozen=True, slots=True)
class NewActing:
    """Who is to act for the patient: on what basis, in what, shown by what, looked at again on which day."""

    member_id: UUID
    basis: str
    scopes: Collection[str]
    review_on: date
    evidence: str = ""
    wording_version: int | None = None


def evidence_fault(new: NewActing) -> str | None:
    """What is wrong with the evidence: the patient's own consent needs none; None if nothing is."""
    if new.basis != CONSENT and len(new.evidence.strip()) < SHORTEST_EVIDENCE:
        return f"Say in {SHORTEST_EVIDENCE} characters or more what was seen, and when."
    return None


def review_fault(review_on: date, today: date) -> str | None:
    """What is wrong with the day of a review: it lies between tomorrow and a year ahead; None if nothing is."""
    if review_on <= today or enrolment.grant_fault(review_on, today):
        return "A review lies between tomorrow and a year ahead."
    return None
