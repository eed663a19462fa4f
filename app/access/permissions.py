"""Every permission, with one sentence; and the grant that a member of the circle needs for it."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What a patient shares, kind by kind."""

    READINGS = "readings"
    MEDICINES = "medicines"
    VISITS = "visits"
    GOALS = "goals"
    RATINGS = "ratings"
    PLAN = "plan"
    MESSAGES = "messages"


class Right(StrEnum):
    """How far a grant goes."""

    SEE = "see"
    BE_TOLD = "be_told"
    ACT = "act"


class Permission(StrEnum):
    """What somebody may be allowed to do."""

    SEE_PATIENT = "see_patient"  # Read who the patient is and how to speak with them.
    CHANGE_PATIENT = "change_patient"  # Change contact, needs, language and team details.
    END_CARE = "end_care"  # End an enrolment with a reason.
    SEE_READINGS = "see_readings"  # Read the patient's readings.
    ADD_READINGS = "add_readings"  # Send readings for the patient.
    CORRECT_READINGS = "correct_readings"  # Mark a reading as entered in error.
    SEE_PLAN = "see_plan"  # Read monitoring plans and limits.
    CHANGE_PLAN = "change_plan"  # Start and end plans, set personal limits.
    SEE_CIRCLE = "see_circle"  # Read who is in the circle and what they may see.
    CHANGE_CIRCLE = "change_circle"  # Add members, give and end grants.
    SEE_ALERTS = "see_alerts"  # Read the patient's alerts.
    HANDLE_ALERTS = "handle_alerts"  # Acknowledge, note and resolve alerts.
    SEE_CASELOAD = "see_caseload"  # Read the worklist of one's teams.
    HANDLE_TODOS = "handle_todos"  # Do the to-dos of one's teams.
    ENROL = "enrol"  # Enrol patients into one's team.
    SEE_TEAMS = "see_teams"  # Read teams, hours and members.
    CHANGE_TEAMS = "change_teams"  # Make and change teams, give and end roles.


# What opens a permission to a member, visitor or device of the circle: a running grant of this category and right.
GRANT_NEEDED: dict[Permission, tuple[Category, Right]] = {
    Permission.SEE_READINGS: (Category.READINGS, Right.SEE),
    Permission.ADD_READINGS: (Category.READINGS, Right.ACT),
    Permission.SEE_PLAN: (Category.PLAN, Right.SEE),
}
