"""Use cases of patients: enrol, import a list, change, hand over, end care, the circle and its grants."""

from __future__ import annotations

from app.patients.enrolment import Applicant, NewPatient
from app.patients.service.changing import change, end_care
from app.patients.service.circle import add_member, end_grant, end_membership, give_grant, introduce_member
from app.patients.service.enrolling import enrol, enrol_applicant
from app.patients.service.importing import Report, import_list

__all__ = [
    "Applicant",
    "NewPatient",
    "Report",
    "add_member",
    "change",
    "end_care",
    "end_grant",
    "end_membership",
    "enrol",
    "enrol_applicant",
    "give_grant",
    "import_list",
    "introduce_member",
]
