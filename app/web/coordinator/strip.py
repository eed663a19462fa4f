"""Who a patient is and how to reach them, as it stands on every page of the console about one patient. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from app.identity.models import Person
from app.patients import enrolment
from app.patients.queries import WholeRecord
from app.web import moments, words

_NONE_KNOWN = ("none", "no known", "nil")


def strip(whole: WholeRecord, now: datetime) -> dict[str, Any]:
    """The context of a call in a few lines."""
    record, person = whole.record, whole.person
    here, there = ZoneInfo(whole.team.zone), ZoneInfo(record.zone)
    allergies = (record.allergies or "").strip()
    has_none = allergies.lower().startswith(_NONE_KNOWN)
    return {
        "name": person.name,
        "age": f"{moments.age(record.born_on, now.astimezone(there).date())} years" if record.born_on else None,
        "born": moments.full(record.born_on) if record.born_on else "not recorded",
        "nhs_number": enrolment.nhs_number_shown(record.nhs_number) if record.nhs_number else "not recorded",
        "href": url_for("coordinator.patient", patient_id=record.id),
        "coordinator": whole.coordinator.name,
        "team": whole.team.name,
        "local_time": _local_time(now, here, there),
        "language": words.language(person.language),
        "interpreter": False,
        "needs": [record.communication_needs.rstrip(".")] if record.communication_needs else [],
        "phones": phones(person),
        "allergies": [] if has_none or not allergies else [allergies],
        "no_allergies": has_none,
        "conditions": list(record.conditions),
        "ended": _ended(whole, here),
    }


def phones(person: Person) -> list[dict[str, Any]]:
    """The number to tap."""
    if not person.phone:
        return []
    return [{"label": None, "number": words.phone(person.phone), "href": words.dialled(person.phone)}]


def _local_time(now: datetime, here: ZoneInfo, there: ZoneInfo) -> str | None:
    """Said only where the patient's clock shows something else than ours."""
    if now.astimezone(here).utcoffset() == now.astimezone(there).utcoffset():
        return None
    return f"{now.astimezone(there):%H:%M} where they are"


def _ended(whole: WholeRecord, zone: ZoneInfo) -> str | None:
    record = whole.record
    if record.ended_at is None:
        return None
    return f"Care ended on {moments.full(record.ended_at.astimezone(zone).date())}: {record.ended_reason}."
