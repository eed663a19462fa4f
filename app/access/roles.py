"""The one list of roles, and what each may do."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from app.access.permissions import EVERYTHING, GRANT_NEEDED, SCOPE_NEEDED, SCOPES, Category, Permission, Right

P = Permission


class Role(StrEnum):
    """What somebody is to a patient or to a team; of several, the first here is the one an act is done in."""

    PATIENT = "patient"
    ACTING = "acting"  # acts for the patient, within a scope
    COORDINATOR = "coordinator"
    CLINICIAN = "clinician"
    LEAD = "lead"
    VISITOR = "visitor"  # a professional who visits
    MEMBER = "member"  # family or friend in the circle
    SHARING = "sharing"  # of a team elsewhere, by the patient's agreement
    EMERGENCY = "emergency"  # broke the glass
    SERVICE = "service"  # a device
    ADMIN = "admin"


STAFF = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.LEAD})
CIRCLE = frozenset({Role.MEMBER, Role.VISITOR, Role.SERVICE})
TEAM_ROLES = STAFF | {Role.VISITOR}
# The roles that somebody in this one gives and ends: a lead in their own team, an admin in the whole organisation.
GIVES: dict[Role, frozenset[Role]] = {Role.LEAD: TEAM_ROLES - {Role.LEAD}, Role.ADMIN: TEAM_ROLES | {Role.ADMIN}}

_SEES = {
    P.SEE_PATIENT, P.SEE_READINGS, P.SEE_MEDICINES, P.SEE_PLAN, P.SEE_ALERTS, P.SEE_VISITS, P.SEE_PROFESSIONAL_NOTES,
    P.SEE_GOALS, P.SEE_RATINGS,
}  # fmt: skip
_KEEPS_MEDICINES = {P.SEE_MEDICINES, P.CHANGE_MEDICINES, P.RECORD_DOSES}
_TALKS = {P.SEE_FEED, P.WRITE_POSTS, P.WRITE_TO_TEAM, P.SEE_VISITS, P.PLAN_VISITS}
_RATES = {P.SEE_RATINGS, P.RATE, P.CORRECT_RATINGS}
_CLINICAL = _SEES | _KEEPS_MEDICINES | _TALKS | _RATES | {
    P.SUGGEST_GOALS, P.HELP_WITH_GOALS, P.PLAN_RATINGS, P.SEE_FIGURES,
    P.SETTLE_MEDICINES, P.ANSWER_MESSAGES, P.RECORD_VISITS, P.ADD_READINGS,
    P.CORRECT_READINGS, P.ASK_BY_TEXT, P.CHANGE_PLAN, P.DO_ACTIONS, P.SEE_CIRCLE, P.HANDLE_ALERTS,
    P.SEE_CASELOAD, P.HANDLE_TODOS, P.SEE_TEAMS,
}  # fmt: skip
_COORDINATES = _CLINICAL | {
    P.ENROL, P.CHANGE_PATIENT, P.END_CARE, P.CHANGE_CIRCLE, P.CHANGE_ACTING, P.AGREE_SHARED_CARE,
}  # fmt: skip
_OWNS = _KEEPS_MEDICINES | _TALKS | _RATES | {
    P.SEE_GOALS, P.CHANGE_GOALS,
    P.SEE_PATIENT, P.SEE_READINGS, P.ADD_READINGS, P.CORRECT_READINGS, P.SEE_PLAN, P.SEE_CIRCLE, P.CHANGE_CIRCLE,
    P.PREVIEW_MEMBER, P.SEE_ACCESS_LOG, P.EXPORT_RECORD, P.HIDE_ITEMS, P.HIDE_MEDICINES, P.ASK_BY_TEXT, P.HIDE_POSTS,
    P.HIDE_VISITS,
    P.DO_ACTIONS,
}  # fmt: skip

_IN_CIRCLE = _KEEPS_MEDICINES | _TALKS | {
    P.SEE_READINGS, P.ADD_READINGS, P.SEE_PLAN, P.DO_ACTIONS, P.TAKE_HELP, P.RECORD_VISITS,
    P.SEE_GOALS, P.HELP_WITH_GOALS, P.SEE_RATINGS, P.RATE,
}  # fmt: skip

MAY: dict[Role, frozenset[Permission]] = {
    # What professionals write for each other is the patient’s record too; who acts for them reads the family’s text.
    Role.PATIENT: frozenset(_OWNS | {P.CHANGE_ACTING, P.AGREE_SHARED_CARE, P.SEE_PROFESSIONAL_NOTES}),
    # Nobody who acts for a patient decides who else does.
    Role.ACTING: frozenset(_OWNS),
    Role.MEMBER: frozenset(_IN_CIRCLE),
    Role.VISITOR: frozenset(_IN_CIRCLE | {P.SEE_PROFESSIONAL_NOTES}),
    Role.SERVICE: frozenset({P.ADD_READINGS, P.RECORD_DOSES}),
    Role.CLINICIAN: frozenset(_CLINICAL | {P.BREAK_GLASS}),
    Role.COORDINATOR: frozenset(_COORDINATES),
    Role.LEAD: frozenset(_COORDINATES | {P.SEE_PEOPLE, P.RUN_TEAM, P.HAND_OVER, P.BREAK_GLASS, P.REVIEW_ACCESS}),
    Role.SHARING: frozenset(_SEES),
    Role.EMERGENCY: frozenset(_SEES | {P.SEE_CIRCLE}),
    # An admin runs the service and reads no clinical data by being admin.
    Role.ADMIN: frozenset(
        {P.SEE_TEAMS, P.CHANGE_TEAMS, P.RUN_TEAM, P.SEE_PEOPLE, P.CHANGE_PEOPLE, P.CHANGE_RETENTION, P.CHANGE_LICENCES}
    ),
}


def allowed(
    role: Role, permission: Permission, grants: Collection[tuple[Category, Right]] = (), scopes: Collection[str] = ()
) -> bool:
    """May somebody in this role, with these running grants or within these scopes, do this?"""
    if permission not in MAY[role]:
        return False
    if role is Role.ACTING:
        return _within(SCOPE_NEEDED[permission], scopes)
    return role not in CIRCLE or GRANT_NEEDED.get(permission) in grants


def _within(needed: str | None, scopes: Collection[str]) -> bool:
    if needed == EVERYTHING:
        return set(scopes) >= SCOPES
    return bool(scopes) if needed is None else needed in scopes
