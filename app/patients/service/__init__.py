"""Use cases of patients: enrol, import, change, hand over, end care, the circle, its grants, acting for a patient."""

from __future__ import annotations

from app.patients.acting import NewActing
from app.patients.enrolment import Applicant, NewPatient
from app.patients.service.acting import end_acting, examine_acting, record_acting, review_acting, stop_acting
from app.patients.service.changing import change, end_care
from app.patients.service.circle import add_member, change_member, end_membership, introduce_member, leave
from app.patients.service.ending import end_with_duty, warn_of_endings
from app.patients.service.enrolling import enrol, enrol_applicant
from app.patients.service.granting import end_grant, examine_grant, give_grant
from app.patients.service.importing import Report, import_list

__all__ = [
    "Applicant",
    "NewActing",
    "NewPatient",
    "Report",
    "add_member",
    "change",
    "change_member",
    "end_acting",
    "end_care",
    "end_grant",
    "end_membership",
    "end_with_duty",
    "enrol",
    "enrol_applicant",
    "examine_acting",
    "examine_grant",
    "give_grant",
    "import_list",
    "introduce_member",
    "leave",
    "record_acting",
    "review_acting",
    "stop_acting",
    "warn_of_endings",
]
