"""The form of a team: what stands in it, what was typed as its schema takes it, and its faults by field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.core.errors import DomainError
from app.teams.models import Team
from app.teams.service.organising import MINUTES, OUT_OF_HOURS, WEEKDAYS
from app.web.admin.one_team import DAYS, SEVERITIES

_TEXTS: Final = ("name", "zone", "out_of_hours_sentence", "out_of_hours_number")
_SAID: Final = {
    "name": "Write the name of the team",
    "out_of_hours_sentence": "Write what people read out of hours, and say in it: call 111, or 999 in an emergency",
    "out_of_hours_number": "Write a number to call, such as 111 or 020 7946 0018",
    "zone": "Write a time zone such as Europe/London",
}


def of_team(team: Team) -> dict[str, str]:
    """What stands in the form of a team."""
    values = {name: str(getattr(team, name)) for name in _TEXTS}
    values["lead_id"] = str(team.lead_id or "")
    for day in DAYS:
        opens, closes = team.service_hours.get(day) or ("", "")
        values[f"{day}_from"], values[f"{day}_to"] = opens, closes
    for severity in SEVERITIES:
        values[f"minutes_{severity}"] = str(team.minutes_to_acknowledge.get(severity, ""))
    return values


def usual() -> dict[str, str]:
    """What stands in the form of a new team."""
    values = {"zone": "Europe/London", "out_of_hours_sentence": OUT_OF_HOURS, "out_of_hours_number": "111"}
    values |= {f"{day}_from": span[0] for day, span in WEEKDAYS.items()}
    values |= {f"{day}_to": span[1] for day, span in WEEKDAYS.items()}
    return values | {f"minutes_{severity}": str(minutes) for severity, minutes in MINUTES.items()}


def body(typed: Mapping[str, str], *, with_lead: bool) -> dict[str, Any]:
    """What was typed as the schema of a change takes it; what cannot be a number is left for the schema to refuse."""
    read: dict[str, Any] = {name: typed.get(name, "").strip() for name in _TEXTS}
    read["service_hours"] = {
        day: [typed.get(f"{day}_from", ""), typed.get(f"{day}_to", "")]
        for day in DAYS
        if typed.get(f"{day}_from") or typed.get(f"{day}_to")
    }
    minutes = {severity: typed.get(f"minutes_{severity}", "").strip() for severity in SEVERITIES}
    read["minutes_to_acknowledge"] = {
        name: int(text) if text.isdecimal() and len(text) < 10 else text for name, text in minutes.items()
    }
    if with_lead:
        read["lead_id"] = typed.get("lead_id") or None
    return read


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < 10 else text


def faults(fault: DomainError) -> list[dict[str, str]]:
    """What was refused, each with the field to go to."""
    found = []
    for one in fault.errors:
        field, said = _place(one["pointer"])
        found.append({"text": said or one["detail"], "href": f"#{field}"})
    unique = {one["href"]: one for one in reversed(found)}
    return list(reversed(unique.values())) or [{"text": fault.detail, "href": "#name"}]


def _place(pointer: str) -> tuple[str, str | None]:
    parts = pointer.strip("/").split("/")
    match parts:
        case ["service_hours", day, *_] if day in DAYS:
            return f"{day}_from", f"{DAYS[day]}: write from when until later when, such as 08:00 and 18:00"
        case ["minutes_to_acknowledge", severity, *_] if severity in SEVERITIES:
            return f"minutes_{severity}", f"{SEVERITIES[severity]}: write 1 to 1440 minutes"
        case [field, *_]:
            return field, _SAID.get(field)
    return "name", None
