"""What a copy of everything about somebody holds, by the schema: which tables, whose rows, what is left out and why.

A table about a patient is in the copy because it has a patient_id; nobody has to remember it. What is left out stands
here with its reason, and tests/records/test_export.py holds the schema against these lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Tables of which nothing is copied, each with the reason.
LEFT_OUT: Final = {
    "reading_state": "a second note of the newest readings, which are all in the copy",
    "rating_distance": "a second note of how far the ratings have come, which are all in the copy",
    "event_rerun": "work the service had to do again: ids and no content",
    "sandbox_message": "the texts of a demo; the same texts stand among the deliveries",
    "legal_hold": "whether and why something is kept for a legal case (Data Protection Act 2018, Sch. 2, para. 5)",
    "refresh_token": "secrets of the app, of use to a thief only",
    "authenticator_app": "the secret of the authenticator app, of use to a thief only",
    "recovery_code": "hashes of recovery codes",
    "passkey_challenge": "hashes that serve for minutes",
    "one_use_code": "hashes of codes that serve for minutes",
    "login_attempt": "hashes that serve for minutes",
    "push_subscription": "addresses and secrets of browsers, of use to a thief only",
}

# Rows about a person by the column that names them, besides those in their own record. Of a row that stands in somebody
# else's record only these columns are theirs.
OWN: Final = {
    "person": "id",
    "device_session": "person_id",
    "passkey": "person_id",
    "linked_login": "person_id",
    "second_factor_reset": "person_id",
    "account_closing": "person_id",
    "membership": "person_id",
    "circle_member": "person_id",
    "acting_for": "person_id",
    "emergency_access": "person_id",
    "delivery": "recipient_id",
    "inbound_text": "person_id",
    "invitation": "person_id",
    "record_export": "person_id",
    "audit_entry": "actor_id",
    "reminder": "recipient_id",
    "dose_watch": "person_id",
    "dose_telling": "person_id",
    "refill_nudge": "person_id",
    "calendar_feed": "person_id",
    "post": "author_id",
    "post_reaction": "person_id",
    "post_seen": "person_id",
    "post_report": "by",
    "thread_message": "author_id",
    "thread_seen": "person_id",
    "visit_note": "by",
    "handover_read": "person_id",
    "help_asked": "person_id",
    "circle_calendar": "person_id",
    "goal_step": "helper_id",
    "goal_review": "by",
    "plan_action": "owner_id",
    "carer_check_in": "person_id",
    "carer_consent": "person_id",
    "telling_choice": "person_id",
    "telling_manner": "person_id",
    "digest_item": "person_id",
    "rating_draft": "person_id",
}
# Of these only what is about a medicine that is not kept from the circle: the copy of the patient has all of it.
OF_A_MEDICINE: Final = frozenset({"dose_watch", "dose_telling", "refill_nudge"})
# The same of posts: what is kept, its author does not see either.
OF_A_POST: Final = frozenset({"post", "post_reaction", "post_seen", "post_report"})
# What was to be told of a post or a visit and was not sent before it was kept.
TELLING: Final = frozenset({"delivery", "digest_item"})
# Rows that belong to a row of OWN: column, and the table it names.
OWN_BY_WAY_OF: Final = {"circle_grant": ("member_id", "circle_member")}
# What somebody told the team in confidence, perhaps of the patient: in their own copy it is, in that of no record
# (Data Protection Act 2018, Sch. 2, para. 16).
IN_CONFIDENCE: Final = frozenset({"post_report"})

# Columns that only say who acted in somebody else's record or in the service: the row is the patient's, and what
# somebody did themselves is in their list of acts.
ACTED: Final = {
    "team.lead_id": "who leads a team is the team's",
    "second_factor_reset.reset_by": "the act of an administrator, in their list of acts",
    "instrument_licence.recorded_by": "the act of an administrator, in their list of acts",
    "instrument_licence.ended_by": "the act of an administrator, in their list of acts",
    "account_closing.reopened_by": "the act of somebody of the team, in their list of acts",
}

# What is in the row of a patient but is a way to reach somebody else.
CONTACTS_OF_OTHERS: Final = frozenset({"delivery.address", "receipt.fields", "invitation.contact"})
# What a row in somebody else's record says of the patient rather than of the person it is copied for.
OF_THE_PATIENT: Final = frozenset(
    {"emergency_access.reason", "emergency_access.review", "acting_for.evidence", "audit_entry.subject_id",
     "visit_note.family", "visit_note.professional", "visit_note.handover", "digest_item.body", "rating_draft.said",
     "goal_step.words", "plan_action.words", "plan_action.dropped_why"}
)  # fmt: skip
# What professionals write for each other: the patient's own copy has it, that of whoever acts for them has not.
FOR_PROFESSIONALS: Final = frozenset({"visit_note.professional", "visit_note.handover"})
# The same where the row itself says no more than that a professional has read it.
READ_BY_PROFESSIONALS: Final = frozenset({"handover_read"})
# How the service works, nothing about anybody.
TECHNICAL: Final = frozenset(
    {
        "attempts", "coordinator_role", "lease_until", "password_hash", "patient_id", "patient_ids", "priority",
        "provider_id", "request_id", "spent", "transports", "sign_count", "version", "written_in",
    }
)  # fmt: skip


def without_notes_of_staff(table: str, row: Mapping[str, Any]) -> dict[str, None]:
    """What colleagues note for each other about a thread; what they close it with is said to whoever waits."""
    return {"note": None} if table == "thread_event" and row["kind"] != "closed" else {}
