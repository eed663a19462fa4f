"""What a patient sees first: what is asked for today, what was done, how yesterday went, who looked. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.protocols.applied import AppliedPlan
from app.protocols.asking import Asked, asked
from app.readings.models import Reading
from app.web import moments, words


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of the patient's today and yesterday."""

    plans: Sequence[AppliedPlan]
    recent: Sequence[Reading]  # since yesterday's midnight, newest first
    seen: Mapping[str, Any] | None  # who of the team looked after the newest reading came
    now: datetime
    zone: ZoneInfo


def today(day: Day, name: str, patient_id: UUID) -> dict[str, Any]:
    """The page of today."""
    local = day.now.astimezone(day.zone)
    sent = _sent_on(day, local.date())
    return {
        "greeting": f"Good {moments.part_of_day(local)}, {name}",
        "date_words": f"{local:%A} {local.day} {local:%B}",
        "due": [_due(one, sent[one.measure], patient_id) for one in asked(day.plans) if sent[one.measure] < one.times],
        "done": [_done(one, day.zone) for one in day.recent if _date(one, day.zone) == local.date()],
        "yesterday": _yesterday(day, local.date() - timedelta(days=1)),
        "seen": _seen(day),
        "add_href": url_for("patient.add", patient_id=patient_id),
        "numbers_href": url_for("patient.numbers", patient_id=patient_id),
    }


def _sent_on(day: Day, date_: date) -> Counter[str]:
    return Counter(one.measure for one in day.recent if _date(one, day.zone) == date_)


def _date(one: Reading, zone: ZoneInfo) -> date:
    return one.measured_at.astimezone(zone).date()


def _due(one: Asked, sent: int, patient_id: UUID) -> dict[str, Any]:
    again = " Sent once today." if sent else ""
    return {
        "title": words.title(one.measure),
        "detail": f"{words.upper(one.words)}.{again}",
        "href": url_for("patient.ask", patient_id=patient_id, measure=one.measure),
        "action": "Add",
    }


def _done(one: Reading, zone: ZoneInfo) -> dict[str, str]:
    at = f"{one.measured_at.astimezone(zone):%H:%M}"
    return {"title": words.title(one.measure), "detail": f"{words.value(one)} at {at}"}


def _yesterday(day: Day, yesterday: date) -> str | None:
    """Said of what was sent, never of what was missed."""
    sent = _sent_on(day, yesterday)
    wanted = [one for one in asked(day.plans) if one.times]
    did = [one for one in wanted if sent[one.measure] >= one.times]
    if wanted and len(did) == len(wanted):
        return "Yesterday you sent everything that was asked for."
    return f"Yesterday you sent {_count(sum(sent.values()))}." if sent else None


def _count(number: int) -> str:
    return "one reading" if number == 1 else f"{number} readings"


def _seen(day: Day) -> list[dict[str, str]]:
    if day.seen is None:
        return []
    when = moments.words(day.seen["at"], day.now, day.zone)
    return [{"words": f"{day.seen['name']} looked at your readings", "detail": when}]
