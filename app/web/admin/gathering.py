"""What each page of admins and leads is made from: read through the slices' queries, handed to the pure pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import MAY, Role
from app.core import clock
from app.core.errors import NotFound
from app.identity import queries as identity
from app.patients import enrolment
from app.patients import queries as patients
from app.patients.queries import caseloads, sharing
from app.teams import queries as teams
from app.teams.models import Organisation, Team
from app.teams.queries import Colleague, HeldRole
from app.web.admin import one_team, people
from app.web.admin.one_team import SEVERITIES

P = Permission
MOST = 1000  # people on one page
ROLE_GIVEN = "For colleagues, and for people new to Kith: they see from now on what the role opens."

Errors = Sequence[Mapping[str, str]]


def for_organisation(caller: Caller, organisation_id: UUID) -> dict[str, Any]:
    """An organisation: its teams and people, or those of the teams the caller leads. Raises NotFound."""
    here, staff = _organisation(organisation_id), _staff(caller, organisation_id)
    now = clock.now()
    mine = [team for team in teams.teams_in([organisation_id]) if P.SEE_PEOPLE in _may(caller, team)]
    counts, leads = caseloads.caseloads([team.id for team in mine]), _leads(mine)
    administers = organisation_id in caller.organisations(P.CHANGE_TEAMS)
    return {
        "name": here.name,
        "others": _others(caller, organisation_id),
        "teams": [one_team.line(team, leads.get(team.id), staff, counts[team.id], now) for team in mine],
        "people": [people.row(one, organisation_id, now, enrolment.LONDON) for one in people.by_name(staff)],
        "new_team_href": _here("admin.new_team", organisation_id) if administers else None,
        "new_admin_href": _here("admin.new_admin", organisation_id) if administers else None,
        "keeping_href": _here("admin_keeping.keeping_page", organisation_id) if administers else None,
        "instruments_href": _here("admin_instruments.overview", organisation_id) if administers else None,
        "audit_href": _here("admin_audit.search", organisation_id) if administers else None,
    }


def for_team(caller: Caller, team: Team, values: Mapping[str, str], errors: Errors) -> dict[str, Any]:
    """A team: hours and words, who works in it, whose patients they are; no patient's name for an admin."""
    staff, now = _staff(caller, team.organisation_id), clock.now()
    counts = caseloads.caseloads([team.id])[team.id]
    given = teams.giveable(caller, team)

    def end_url(role: HeldRole) -> str | None:
        may = Role(role.role) in given
        return url_for("admin_team.end_role", team_id=team.id, membership_id=role.id) if may else None

    hands_over = P.HAND_OVER in _may(caller, team)
    return {
        "organisation": _organisation(team.organisation_id).name,
        "team": one_team.facts(team, _leads([team]).get(team.id)),
        "members": one_team.members(team, staff, counts, now, end_url),
        "give": _give(team, given, values),
        "invite": _invite(team, given, values),
        "hand_over": one_team.hand_over(team, staff, counts, values) if hands_over else None,
        **_shared(caller, team),
        "emergencies_href": url_for("emergency.listed") if P.REVIEW_ACCESS in _may(caller, team) else None,
        "change_href": url_for("admin_team.change", team_id=team.id),
        "back": {"href": _here("admin.organisation", team.organisation_id), "text": "Teams and people"},
        "values": values,
        "errors": errors,
    }


def for_person(
    caller: Caller, organisation_id: UUID, person_id: UUID, values: Mapping[str, str], errors: Errors
) -> dict[str, Any]:
    """Somebody who works here: their roles, how they sign in, and what can be done about it. Raises NotFound."""
    one = teams.colleague(teams.staff(caller, organisation_id), person_id)
    now, zone = clock.now(), enrolment.LONDON
    where: dict[str, Any] = {"organisation_id": organisation_id, "person_id": person_id}
    helps = organisation_id in caller.organisations(P.CHANGE_PEOPLE) and person_id != caller.person_id
    locked, works = one.person.locked_at is not None, bool(one.roles)
    return {
        "name": one.person.name,
        "organisation": _organisation(organisation_id).name,
        "account": people.account(one, now, zone),
        "held": people.roles(one.roles, now, zone, _end_url(caller, organisation_id, one)),
        "lock_url": url_for("admin_person.lock", **where) if helps and works and not locked else None,
        "unlock_url": url_for("admin_person.unlock", **where) if helps and locked else None,
        "reset": {"url": url_for("admin_person.reset_second_factor", **where)} if helps and works else None,
        "sign_out_everywhere_url": url_for("admin_person.sign_out", **where) if helps and works else None,
        "back": {"href": _here("admin.organisation", organisation_id), "text": "Teams and people"},
        "values": values,
        "errors": errors,
    }


def for_team_form(caller: Caller, team: Team | None, values: Mapping[str, str], errors: Errors) -> dict[str, Any]:
    """The form of a team."""
    names_lead = team is not None and Role.LEAD in teams.giveable(caller, team)
    return {
        "days": [{"key": key, "name": name} for key, name in one_team.DAYS.items()],
        "severities": [{"key": key, "name": name} for key, name in SEVERITIES.items()],
        "leads": _lead_choices(team, values.get("lead_id", "")) if team and names_lead else None,
        "values": values,
        "errors": errors,
    }


def _organisation(organisation_id: UUID) -> Organisation:
    found = teams.organisations([organisation_id])
    if not found:
        raise NotFound
    return found[0]


def _staff(caller: Caller, organisation_id: UUID) -> list[Colleague]:
    return teams.colleagues(teams.staff(caller, organisation_id), None, MOST)


def _may(caller: Caller, team: Team) -> set[Permission]:
    return {permission for role in teams.roles_in(caller, team) for permission in MAY[role]}


def _others(caller: Caller, organisation_id: UUID) -> list[dict[str, str]]:
    seen = [one for one in teams.organisations(caller.organisations(P.SEE_PEOPLE)) if one.id != organisation_id]
    return [{"name": one.name, "href": _here("admin.organisation", one.id)} for one in seen]


def _leads(of: Sequence[Team]) -> dict[UUID, str]:
    leads = identity.people({team.lead_id for team in of if team.lead_id})
    return {team.id: leads[team.lead_id].name for team in of if team.lead_id}


def _lead_choices(team: Team, chosen: str) -> list[dict[str, Any]]:
    leads = [member for member in teams.members(team.id) if member.role == Role.LEAD]
    offered = [("", "Nobody"), *((str(one.person_id), f"{one.given_name} {one.family_name}") for one in leads)]
    return [{"value": value, "text": text, "selected": value == chosen} for value, text in offered]


def _give(team: Team, given: frozenset[Role], values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "url": url_for("admin_team.give_role", team_id=team.id),
        "roles": people.choices(given, values.get("role", "")),
        "heading": "Give a role",
        "words": ROLE_GIVEN,
        "button": "Give this role",
    }


def _invite(team: Team, given: frozenset[Role], values: Mapping[str, str]) -> dict[str, Any]:
    sent = identity.invitations_into(team_id=team.id)
    return {
        "url": url_for("admin_invitations.invite", team_id=team.id),
        "roles": people.choices(given, values.get("invited_role", "")),
        "sent": [one_team.invited(one, team, clock.now()) for one in sent],
    }


def _shared(caller: Caller, team: Team) -> dict[str, Any]:
    agreements = sharing.of_team(team.id)
    if P.AGREE_SHARED_CARE not in _may(caller, team):
        count = len(agreements)
        return {"shared_count": f"{count} {'patient' if count == 1 else 'patients'}" if count else None}
    known = patients.admitted({one.row.patient_id for one in agreements})
    return {"shared": one_team.shared(agreements, {patient.id: patient.name for patient in known.values()})}


def _end_url(caller: Caller, organisation_id: UUID, one: Colleague) -> people.EndUrl:
    teams_here = {team.id: team for team in teams.teams_in([organisation_id])}
    administers = organisation_id in caller.organisations(P.CHANGE_PEOPLE)

    def url(role: HeldRole) -> str | None:
        if role.team_id is None:
            may = administers and one.person.id != caller.person_id
            return url_for("admin.end_admin", organisation_id=organisation_id, membership_id=role.id) if may else None
        may = Role(role.role) in teams.giveable(caller, teams_here[role.team_id])
        return url_for("admin_team.end_role", team_id=role.team_id, membership_id=role.id) if may else None

    return url


def _here(endpoint: str, organisation_id: UUID) -> str:
    return url_for(endpoint, organisation_id=organisation_id)
