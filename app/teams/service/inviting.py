"""Ask somebody into a team, and give them their role once whoever asked has confirmed who came."""

from __future__ import annotations

from uuid import UUID

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.errors import Conflict, Forbidden
from app.identity import queries as people
from app.identity.models import Invitation
from app.identity.service import inviting
from app.identity.service.inviting import Asked
from app.teams import queries
from app.teams.models import Team
from app.teams.queries import Member
from app.teams.service import noting, roles

TEXT_ALONE = "They sign in by text alone. Ask them to sign in and choose a password, then confirm them."


def invite_staff(team: Team, role: Role, contact_kind: str, contact: str, by: Caller) -> Invitation:
    """Send somebody a code for a role in this team; raises Forbidden, Invalid, TooMany."""
    roles.check_may_give(team, role, by)
    asked = Asked(team.organisation_id, team.name, str(role), by.person_id, contact_kind, contact, team_id=team.id)
    invitation = inviting.invite(asked)
    _note(by, f"invite {role}", invitation)
    return invitation


def resend(team: Team, invitation_id: UUID, by: Caller) -> None:
    """Send a new code to the same phone or e-mail."""
    invitation = inviting.of_team(team.id, invitation_id)
    inviting.resend(invitation, by.person_id)
    _note(by, "send invitation again", invitation)


def revoke(team: Team, invitation_id: UUID, by: Caller) -> None:
    """Take an invitation back."""
    invitation = inviting.of_team(team.id, invitation_id)
    inviting.revoke(invitation)
    _note(by, "take invitation back", invitation)


def confirm(team: Team, invitation_id: UUID, by: Caller) -> Member:
    """Whoever accepted is who was meant: they hold the role from this commit on. Raises Forbidden, Conflict.

    Staff must not come in by texts alone, so they have a password, a passkey or another provider's account by then.
    """
    invitation = inviting.of_team(team.id, invitation_id)
    role = Role(invitation.role)
    roles.check_may_give(team, role, by)
    person = inviting.accepted_by(invitation, by.person_id)
    if person.id == by.person_id:
        raise Forbidden(roles.NOT_ONESELF)
    has_more = people.needs_no_code(person) or people.opens(people.passkeys(person.id))
    if person.phone is not None and not has_more:
        raise Conflict(TEXT_ALONE)
    inviting.confirm(invitation, by.person_id)
    membership = roles.give_role(team.organisation_id, team.id, person.id, role)
    noting.note(by, Permission.RUN_TEAM, f"give role {role}", team.organisation_id, person.id)
    return queries.member(membership.id)


def decline(team: Team, invitation_id: UUID, by: Caller) -> None:
    """Whoever accepted is not who was meant."""
    invitation = inviting.of_team(team.id, invitation_id)
    inviting.decline(invitation)
    _note(by, "turn away who came", invitation)


def _note(by: Caller, action: str, invitation: Invitation) -> None:
    noting.note(by, Permission.RUN_TEAM, action, invitation.organisation_id, invitation.id)
