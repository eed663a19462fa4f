"""What patients take and give."""

from __future__ import annotations

from app.patients.schemas.acting import ActingFor, ActingForList, ActingReview, NewActing
from app.patients.schemas.circle import (
    Circle,
    CircleMember,
    CircleMemberChange,
    Ending,
    GivenGrant,
    NewCircleMember,
    NewGrant,
    PastGrants,
    Withdrawal,
    Wordings,
)
from app.patients.schemas.me import Me
from app.patients.schemas.record import (
    EndOfCare,
    Enrolment,
    EnrolmentList,
    ImportQuery,
    ImportReport,
    Patient,
    PatientChange,
    Patients,
)

__all__ = [
    "ActingFor",
    "ActingForList",
    "ActingReview",
    "Circle",
    "CircleMember",
    "CircleMemberChange",
    "EndOfCare",
    "Ending",
    "Enrolment",
    "EnrolmentList",
    "GivenGrant",
    "ImportQuery",
    "ImportReport",
    "Me",
    "NewActing",
    "NewCircleMember",
    "NewGrant",
    "PastGrants",
    "Patient",
    "PatientChange",
    "Patients",
    "Withdrawal",
    "Wordings",
]
