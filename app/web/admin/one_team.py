"""One team as its page shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.access.roles import Role
from app.identity.queries import Sent
from app.patients.queries.sharing import Agreement
from app.teams import service_hours
from app.teams.models import Team
from app.teams.queries import Colleague
from app.web import moments
from app.web.admin import people

DAYS: Final = dict(
    zip(
        service_hours.DAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
SEVERITIES: Final = {"emergency": "Emergency", "red": "Red", "amber": "Amber"}


def facts(team: Team, lead: str | None) -> dict[str, Any]:
    """When a team is there, what is said when it is not, and how fast it looks."""
    return {
        "name": team.name,
        "lead": lead,
        "zone": team.zone,
        "hours": [{"day": name, "words": _span(team.service_hours.get(day))} for day, name in DAYS.items()],
        "sentence": team.out_of_hours_sentence,
        "number": team.out_of_hours_number,
        "minutes": [
            {"severity": name, "words": f"{team.minutes_to_acknowledge[severity]} minutes"}
            for severity, name in SEVERITIES.items()
            if severity in team.minutes_to_acknowledge
        ],
    }


def _span(span: list[str] | None) -> str:
    return f"{span[0]} to {span[1]}" if span else "Closed"


def presence(team: Team, now: datetime) -> str:
    """Is the team there, in a few words?"""
    zone = ZoneInfo(team.zone)
    until = service_hours.closing(team.service_hours, zone, now)
    if until is not None:
        return f"There until {moments.by(until, now, zone)}"
    opens = service_hours.next_opening(team.service_hours, zone, now)
    return f"Back {moments.words(opens, now, zone)}" if opens else "No hours yet"


def line(team: Team, lead: str | None, staff: Iterable[Colleague], counts: Mapping[UUID, int], now: datetime) -> Any:
    """A team in a list."""
    working = sum(any(role.team_id == team.id for role in one.roles) for one in staff)
    return {
        "name": team.name,
        "href": url_for("admin_team.team", team_id=team.id),
        "presence": presence(team, now),
        "lead": lead,
        "people": _counted(working, "person works", "people work") + " here",
        "patients": _counted(sum(counts.values()), "patient", "patients"),
    }


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def members(team: Team, staff: Iterable[Colleague], counts: Mapping[UUID, int], now: datetime, end_url: Any) -> Any:
    """Who works in a team, with their roles in it and how many patients they are the coordinator of."""
    zone = ZoneInfo(team.zone)
    shown = []
    for one in people.by_name(staff):
        held = [role for role in one.roles if role.team_id == team.id]
        if held:
            patients = counts.get(one.person.id, 0)
            row = people.row(one, team.organisation_id, now, zone, team.id)
            row["held"] = [
                {"words": people.role_words(role, with_team=False), "end_url": end_url(role)} for role in held
            ]
            row["patients"] = _counted(patients, "patient", "patients") if _coordinates(held) or patients else None
            shown.append(row)
    return shown


def _coordinates(held: Iterable[Any]) -> bool:
    return any(role.role == Role.COORDINATOR for role in held)


def hand_over(team: Team, staff: Iterable[Colleague], counts: Mapping[UUID, int], chosen: Mapping[str, str]) -> Any:
    """Whose patients can be handed over, and to whom; None where there is nobody to hand over to."""
    coordinators = [
        one
        for one in people.by_name(staff)
        if any(role.team_id == team.id and role.role == Role.COORDINATOR for role in one.roles)
    ]
    givers = [one for one in coordinators if one.person.id in counts]
    if not givers or len(coordinators) < 2:
        return None
    return {
        "url": url_for("admin_team.hand_over", team_id=team.id),
        "from": [_option("", "Choose"), *(_option(*_giver(one, counts), chosen.get("from_id")) for one in givers)],
        "to": [
            _option("", "Choose"),
            *(_option(str(one.person.id), one.person.name, chosen.get("to_id")) for one in coordinators),
        ],
    }


def _giver(one: Colleague, counts: Mapping[UUID, int]) -> tuple[str, str]:
    return str(one.person.id), f"{one.person.name} ({_counted(counts[one.person.id], 'patient', 'patients')})"


def _option(value: str, text: str, chosen: str | None = None) -> dict[str, Any]:
    return {"value": value, "text": text, "selected": bool(value) and value == chosen}


def invited(sent: Sent, team: Team, now: datetime) -> dict[str, Any]:
    """An invitation with what can be done about it."""
    one, zone = sent.invitation, ZoneInfo(team.zone)
    where: dict[str, Any] = {"team_id": team.id, "invitation_id": one.id}
    acts = {"confirm": "Yes, give the role", "decline": "No"} if sent.joiner else {}
    acts = acts or {"resend": "Send a new code", "revoke": "Take back"}
    return {
        "who": sent.joiner.name if sent.joiner else one.contact,
        "role": people.ROLES[Role(one.role)],
        "by": sent.inviter.name,
        "words": _invited_words(sent, moments.words(one.expires_at, now, zone)),
        "acts": [{"url": url_for(f"admin_invitations.{act}", **where), "words": said} for act, said in acts.items()],
    }


def _invited_words(sent: Sent, until: str) -> str:
    if sent.joiner:
        return f"accepted at {sent.invitation.contact}. Is it who {sent.inviter.name} meant?"
    return f"ended {until}" if sent.state == "expired" else f"waits until {until}"


def shared(agreements: Iterable[Agreement], names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """The agreements about a team's own patients."""
    return [
        {
            "patient": names[one.row.patient_id],
            "href": url_for("sharing.agreements", patient_id=one.row.patient_id),
            "with": f"{one.team}, {one.organisation}",
            "until": moments.full(one.row.ends_on),
        }
        for one in agreements
    ]
