"""The people of an organisation or a team as their pages show them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.access.roles import Role
from app.teams.queries import Colleague, HeldRole
from app.web import moments

ROLES: Final = {
    Role.COORDINATOR: "Coordinator",
    Role.CLINICIAN: "Clinician",
    Role.VISITOR: "Visitor",
    Role.LEAD: "Lead",
    Role.ADMIN: "Administrator",
}
EndUrl = Callable[[HeldRole], str | None]


def by_name(people: Iterable[Colleague]) -> list[Colleague]:
    """In the order in which somebody looks for a name."""
    return sorted(people, key=lambda one: (one.person.family_name.casefold(), one.person.given_name.casefold()))


def row(one: Colleague, organisation_id: UUID, now: datetime, zone: ZoneInfo, team_id: UUID | None = None) -> Any:
    """A colleague in a list; with a team, their roles in that team alone."""
    held = [role for role in one.roles if team_id is None or role.team_id == team_id]
    return {
        "name": one.person.name,
        "href": url_for("admin_person.person", organisation_id=organisation_id, person_id=one.person.id),
        "roles": [role_words(role, with_team=team_id is None) for role in held],
        **account(one, now, zone),
    }


def account(one: Colleague, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """How somebody signs in, in words."""
    last, locked = one.last_signed_in_at, one.person.locked_at
    return {
        "second_factor": one.person.second_factor_since is not None,
        "last": moments.moment(last, now, zone) if last else None,
        "locked": moments.moment(locked, now, zone) if locked else None,
    }


def roles(held: Iterable[HeldRole], now: datetime, zone: ZoneInfo, end_url: EndUrl) -> list[dict[str, Any]]:
    """Roles with where each of them can be ended, if it can."""
    return [
        {
            "words": role_words(role, with_team=True),
            "since": moments.day(role.since.astimezone(zone).date(), now.astimezone(zone).date()),
            "end_url": end_url(role),
        }
        for role in held
    ]


def role_words(role: HeldRole, *, with_team: bool) -> str:
    """A role by its name, with its team."""
    name = ROLES[Role(role.role)]
    return f"{name}, {role.team}" if with_team and role.team else name


def choices(given: Collection[Role], chosen: str = "") -> list[dict[str, Any]]:
    """The roles that can be given, as choices of a form."""
    offered = [{"value": str(role), "text": name} for role, name in ROLES.items() if role in given]
    return [{"value": "", "text": "Choose a role"}, *({**one, "selected": one["value"] == chosen} for one in offered)]
