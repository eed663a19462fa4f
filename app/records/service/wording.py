"""The words of a copy: what each list is, and words beside codes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.alerts.models import OUTCOMES
from app.readings import catalogue

LISTS: Final = {
    "person": "Who you are to the service, and how it reaches you",
    "device_session": "The devices on which you signed in",
    "passkey": "Your passkeys",
    "linked_login": "Other logins that open your account, such as NHS login",
    "second_factor_reset": "When somebody helped you after a lost second factor",
    "account_closing": "When you closed your account",
    "membership": "The roles you hold in teams",
    "patient": "Your enrolment: with whom, since when, your conditions, allergies and needs",
    "circle_member": "Places in a circle: who is in yours, and in whose you are",
    "circle_grant": "What was shared, with whom and until when",
    "invitation": "Who was asked into a circle or a team",
    "acting_for": "Who acts for whom, and on what ground",
    "acting_review": "When it was reviewed whether somebody still acts for you",
    "ending_notice": "Notices that something you share is about to end",
    "emergency_access": "When your record was opened in an emergency, by whom and why",
    "shared_care": "Teams elsewhere with whom you agreed to share your record",
    "monitoring_plan": "The plans by which your readings are looked at",
    "personal_limit": "Limits that a clinician set for you",
    "reading": "Your readings",
    "reading_correction": "Readings that were marked as entered in error",
    "hidden_reading": "Readings that were kept from your circle",
    "quarantined_reading": "What was sent but could not be a reading",
    "finding": "What the rules found in your readings, and what you were told",
    "alert": "Alerts about you, and what came of them",
    "alert_event": "What was done about those alerts",
    "todo": "What your team had to do for you",
    "delivery": "Texts and e-mails that were sent",
    "delivery_attempt": "How sending them went",
    "receipt": "What the phone networks said about them",
    "inbound_text": "Texts you sent to the service",
    "correction_note": "What you said is wrong in your record",
    "record_export": "Copies of your record that were asked for",
    "audit_entry": "Who looked at or changed your record; and what you did yourself",
}
_ROLES: Final = {
    "patient": "the patient", "member": "family or friend", "visitor": "a professional who visits",
    "service": "a device", "coordinator": "coordinator", "clinician": "clinician", "lead": "team lead",
    "admin": "administrator", "acting": "acting for the patient", "emergency": "in an emergency",
    "sharing": "a team elsewhere", "schedule": "the retention schedule",
}  # fmt: skip
_SEVERITIES: Final = {
    "note": "to look at",
    "amber": "past a limit",
    "red": "far past a limit",
    "emergency": "emergency",
}
_BY_COLUMN: Final[Mapping[str, Mapping[str, str]]] = {
    "measure": {name: measure.label for name, measure in catalogue.MEASURES.items()},
    "meal": catalogue.MEALS,
    "symptoms": catalogue.SYMPTOMS,
    "outcome": OUTCOMES,
    "role": _ROLES,
    "severity": _SEVERITIES,
    "fresh_severity": _SEVERITIES,
}
# Codes that read well once their underscores are gone.
_READABLE: Final = frozenset(
    {"action", "basis", "category", "direction", "ended_reason", "ended_why", "kind", "method", "purpose", "right",
     "scopes", "source", "state"}
)  # fmt: skip
_VALUES: Final = frozenset({"reading", "finding"})


def means(table: str, otherwise: str) -> str:
    """What a list is, in a sentence; of a table that is new here, what its model says."""
    return LISTS.get(table, otherwise.split(";")[0].rstrip("."))


def beside(table: str, row: Mapping[str, Any]) -> dict[str, str]:
    """Words for the codes of a row, by the name of the column that gets them."""
    words = {
        f"{name}_in_words": _said(name, value) for name, value in row.items() if name in _READABLE or name in _BY_COLUMN
    }
    if table in _VALUES:
        numbers = (row.get(name) for name in ("value", "value_2", "comparator", "code"))
        words["value_in_words"] = catalogue.shown(row["measure"], *numbers)
    return words


def _said(column: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(said for one in value if (said := _said(column, one)))
    if not isinstance(value, str):
        return ""
    if column in _BY_COLUMN:
        return _BY_COLUMN[column].get(value, value.replace("_", " "))
    return value.replace("_", " ")


README: Final = """\
Everything the service holds about you
======================================

Made on {made_at}. This is your own data: keep it where nobody else reads it.

Each list is there twice: as JSON in the folder json (for other programs) and as CSV in the folder csv (for a
spreadsheet). Times carry their zone, as in 2026-11-18T10:00:00+00:00. Beside a code stands a column ending in
_in_words. People are named; how to reach other people is left out. In the CSV an apostrophe stands in front of a text
that a spreadsheet would take for a formula.

What is here
------------
{lists}

What is left out, and why
-------------------------
{left_out}

If something is wrong, tell your team or write a correction note: the note will stand beside the record. You may also
complain to the Information Commissioner (ico.org.uk, 0303 123 1113).

This is not for emergencies. If you are unwell now, call 111, or 999 when it cannot wait.
"""
