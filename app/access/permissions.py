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
    ASK_BY_TEXT = "ask_by_text"  # Have the patient asked by text for what their plan measures.
    HIDE_ITEMS = "hide_items"  # Keep single readings from the circle, and show them again.
    SEE_MEDICINES = "see_medicines"  # Read the patient's medicines and doses.
    CHANGE_MEDICINES = "change_medicines"  # Add, change, pause and stop medicines.
    HIDE_MEDICINES = "hide_medicines"  # Keep a medicine from the circle, and show it again.
    RECORD_DOSES = "record_doses"  # Say that a dose was taken, is late or was left out.
    SETTLE_MEDICINES = "settle_medicines"  # Say as a professional which of a text and its times holds.
    SEE_FEED = "see_feed"  # Read the posts and threads of the circle.
    WRITE_POSTS = "write_posts"  # Post, comment and write in the circle, and ask it for help.
    HIDE_POSTS = "hide_posts"  # Keep a post from the circle, and show it again.
    TAKE_HELP = "take_help"  # Say that one takes what the circle is asked for.
    WRITE_TO_TEAM = "write_to_team"  # Write to the patient's team, and read one's own threads with it.
    ANSWER_MESSAGES = "answer_messages"  # Claim, pass on and answer what is written to one's team.
    SEE_VISITS = "see_visits"  # Read when somebody visits the patient, and what is written of it for the family.
    PLAN_VISITS = "plan_visits"  # Plan visits and call them off.
    RECORD_VISITS = "record_visits"  # Arrive at a visit and write what was done.
    HIDE_VISITS = "hide_visits"  # Keep a visit from the circle, and let it be seen again.
    SEE_PROFESSIONAL_NOTES = "see_professional_notes"  # Read what professionals write of visits for each other.
    SEE_GOALS = "see_goals"  # Read the goals that are shared with one, and how they go.
    CHANGE_GOALS = "change_goals"  # Set, change, share, review and end goals, and decide on what is suggested.
    SUGGEST_GOALS = "suggest_goals"  # Suggest a goal, which the patient decides on.
    HELP_WITH_GOALS = "help_with_goals"  # Accept to help with a step, and say that it is done.
    SEE_RATINGS = "see_ratings"  # Read how areas of life are rated, now and before.
    RATE = "rate"  # Rate areas of life, or write down what the patient says of them.
    CORRECT_RATINGS = "correct_ratings"  # Put a corrected rating in the place of one that was sent.
    PLAN_RATINGS = "plan_ratings"  # Say with which instrument a patient rates, and from when.
    SEE_PLAN = "see_plan"  # Read monitoring plans and limits, and the actions of the care plan.
    CHANGE_PLAN = "change_plan"  # Start and end plans, set personal limits, set and drop actions of the care plan.
    DO_ACTIONS = "do_actions"  # Say that an action of the care plan which one sees to is done, or is not yet.
    SEE_CIRCLE = "see_circle"  # Read who is in the circle and what they may see.
    CHANGE_CIRCLE = "change_circle"  # Add members, give and end grants.
    SEE_ALERTS = "see_alerts"  # Read the patient's alerts.
    HANDLE_ALERTS = "handle_alerts"  # Acknowledge, note and resolve alerts.
    SEE_CASELOAD = "see_caseload"  # Read the worklist of one's teams.
    HANDLE_TODOS = "handle_todos"  # Do the to-dos of one's teams.
    ENROL = "enrol"  # Enrol patients into one's team.
    SEE_FIGURES = "see_figures"  # Read the figures of one's teams.
    SEE_TEAMS = "see_teams"  # Read teams, hours and members.
    CHANGE_TEAMS = "change_teams"  # Make teams, name their leads.
    RUN_TEAM = "run_team"  # Change a team one runs, give and end its roles.
    HAND_OVER = "hand_over"  # Give all patients of one coordinator to another.
    SEE_PEOPLE = "see_people"  # Read who works in the organisation, and how they sign in.
    CHANGE_PEOPLE = "change_people"  # Lock and unlock accounts, help after a lost second factor.
    CHANGE_RETENTION = "change_retention"  # Set and lift legal holds, see what is deleted when.
    CHANGE_LICENCES = "change_licences"  # Record and end the licences of instruments.
    CHANGE_ACTING = "change_acting"  # Record, review and end who acts for the patient.
    PREVIEW_MEMBER = "preview_member"  # See what a member of the circle sees.
    AGREE_SHARED_CARE = "agree_shared_care"  # Record and end an agreement with a team elsewhere.
    SEE_ACCESS_LOG = "see_access_log"  # Read who looked at the record.
    EXPORT_RECORD = "export_record"  # Take a copy of the whole record away.
    BREAK_GLASS = "break_glass"  # Open one record in an emergency, with a reason.
    REVIEW_ACCESS = "review_access"  # Review what was opened in an emergency.


class Purpose(StrEnum):
    """What something is done for."""

    CARE = "care"
    OWN = "own record"  # by the patient, or by somebody acting for them
    PREVIEW = "preview"  # a patient looks at what a member sees
    EMERGENCY = "emergency"
    SERVICE = "running the service"


# What opens a permission to a member, visitor or device of the circle: a running grant of this category and right.
GRANT_NEEDED: dict[Permission, tuple[Category, Right]] = {
    Permission.SEE_READINGS: (Category.READINGS, Right.SEE),
    Permission.ADD_READINGS: (Category.READINGS, Right.ACT),
    Permission.SEE_MEDICINES: (Category.MEDICINES, Right.SEE),
    Permission.CHANGE_MEDICINES: (Category.MEDICINES, Right.ACT),
    Permission.RECORD_DOSES: (Category.MEDICINES, Right.ACT),
    Permission.SEE_FEED: (Category.MESSAGES, Right.SEE),
    Permission.WRITE_POSTS: (Category.MESSAGES, Right.ACT),
    Permission.TAKE_HELP: (Category.MESSAGES, Right.SEE),
    Permission.WRITE_TO_TEAM: (Category.MESSAGES, Right.ACT),
    Permission.SEE_VISITS: (Category.VISITS, Right.SEE),
    Permission.PLAN_VISITS: (Category.VISITS, Right.ACT),
    Permission.RECORD_VISITS: (Category.VISITS, Right.ACT),
    Permission.SEE_PROFESSIONAL_NOTES: (Category.VISITS, Right.SEE),
    Permission.SEE_GOALS: (Category.GOALS, Right.SEE),
    Permission.HELP_WITH_GOALS: (Category.GOALS, Right.ACT),
    Permission.SEE_RATINGS: (Category.RATINGS, Right.SEE),
    Permission.RATE: (Category.RATINGS, Right.ACT),
    Permission.SEE_PLAN: (Category.PLAN, Right.SEE),
    Permission.DO_ACTIONS: (Category.PLAN, Right.ACT),
}

# The scope in which somebody acts for a patient may be any category, and:
CIRCLE = "circle"
SCOPES = frozenset({*Category, CIRCLE})
EVERYTHING = "everything"  # no scope by itself: all of them
# What opens a permission to somebody who acts for the patient; None: any scope at all.
SCOPE_NEEDED: dict[Permission, str | None] = {
    Permission.SEE_PATIENT: None,
    Permission.SEE_READINGS: Category.READINGS,
    Permission.ADD_READINGS: Category.READINGS,
    Permission.CORRECT_READINGS: Category.READINGS,
    Permission.ASK_BY_TEXT: Category.READINGS,
    Permission.HIDE_ITEMS: Category.READINGS,
    Permission.SEE_MEDICINES: Category.MEDICINES,
    Permission.CHANGE_MEDICINES: Category.MEDICINES,
    Permission.HIDE_MEDICINES: Category.MEDICINES,
    Permission.RECORD_DOSES: Category.MEDICINES,
    Permission.SEE_FEED: Category.MESSAGES,
    Permission.WRITE_POSTS: Category.MESSAGES,
    Permission.HIDE_POSTS: Category.MESSAGES,
    Permission.WRITE_TO_TEAM: Category.MESSAGES,
    Permission.SEE_VISITS: Category.VISITS,
    Permission.PLAN_VISITS: Category.VISITS,
    Permission.HIDE_VISITS: Category.VISITS,
    Permission.SEE_GOALS: Category.GOALS,
    Permission.CHANGE_GOALS: Category.GOALS,
    Permission.SEE_RATINGS: Category.RATINGS,
    Permission.RATE: Category.RATINGS,
    Permission.CORRECT_RATINGS: Category.RATINGS,
    Permission.SEE_PLAN: Category.PLAN,
    Permission.DO_ACTIONS: Category.PLAN,
    Permission.SEE_CIRCLE: CIRCLE,
    Permission.CHANGE_CIRCLE: CIRCLE,
    Permission.PREVIEW_MEMBER: CIRCLE,
    Permission.EXPORT_RECORD: EVERYTHING,
    Permission.SEE_ACCESS_LOG: None,
}

# What cannot be done without looking over the whole organisation: is this number enrolled, who still has patients?
WHOLE_ORGANISATION = frozenset(
    {
        Permission.ENROL,
        Permission.CHANGE_PATIENT,
        Permission.CHANGE_TEAMS,
        Permission.RUN_TEAM,
        Permission.SEE_PEOPLE,
        Permission.CHANGE_PEOPLE,
        Permission.CHANGE_RETENTION,
        Permission.CHANGE_LICENCES,
        Permission.BREAK_GLASS,
        Permission.REVIEW_ACCESS,
    }
)
