"""The one list of roles, and what each may do."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from app.access.permissions import GRANT_NEEDED, Category, Permission, Right

P = Permission


class Role(StrEnum):
    """What somebody is to a patient or to a team."""

    PATIENT = "patient"
    MEMBER = "member"  # family or friend in the circle
    VISITOR = "visitor"  # a professional who visits
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    LEAD = "lead"
    ADMIN = "admin"
    SERVICE = "service"  # a device


STAFF = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.LEAD})
CIRCLE = frozenset({Role.MEMBER, Role.VISITOR, Role.SERVICE})

_CLINICAL = {
    P.SEE_PATIENT, P.SEE_READINGS, P.ADD_READINGS, P.CORRECT_READINGS, P.SEE_PLAN, P.CHANGE_PLAN, P.SEE_CIRCLE,
    P.SEE_ALERTS, P.HANDLE_ALERTS, P.SEE_CASELOAD, P.HANDLE_TODOS, P.SEE_TEAMS,
}  # fmt: skip

MAY: dict[Role, frozenset[Permission]] = {
    Role.PATIENT: frozenset(
        {P.SEE_PATIENT, P.SEE_READINGS, P.ADD_READINGS, P.CORRECT_READINGS, P.SEE_PLAN, P.SEE_CIRCLE, P.CHANGE_CIRCLE}
    ),
    Role.MEMBER: frozenset({P.SEE_READINGS, P.ADD_READINGS, P.SEE_PLAN}),
    Role.VISITOR: frozenset({P.SEE_READINGS, P.ADD_READINGS, P.SEE_PLAN}),
    Role.SERVICE: frozenset({P.ADD_READINGS}),
    Role.CLINICIAN: frozenset(_CLINICAL),
    Role.COORDINATOR: frozenset(_CLINICAL | {P.ENROL, P.CHANGE_PATIENT, P.END_CARE, P.CHANGE_CIRCLE}),
    Role.LEAD: frozenset(_CLINICAL | {P.ENROL, P.CHANGE_PATIENT, P.END_CARE, P.CHANGE_CIRCLE}),
    # An admin runs the service and reads no clinical data by being admin.
    Role.ADMIN: frozenset({P.SEE_TEAMS, P.CHANGE_TEAMS}),
}


def allowed(role: Role, permission: Permission, grants: Collection[tuple[Category, Right]] = ()) -> bool:
    """May somebody in this role, with these running grants, do this?"""
    if permission not in MAY[role]:
        return False
    return role not in CIRCLE or GRANT_NEEDED.get(permission) in grants
