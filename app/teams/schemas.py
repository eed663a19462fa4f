"""What teams take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from app.access.roles import TEAM_ROLES
from app.core.schemas import Instant, Schema, Text, page_of
from app.identity.schemas.invitations import InvitedBy, Sent
from app.teams import service_hours

_WALL_TIME = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Not a time of day such as 08:00.")
_PHONE = validate.Regexp(r"\+?[0-9][0-9 ]{1,19}\Z", error="Not a number to call, such as 111 or 020 7946 0018.")


def _opens_before_it_closes(span: list[str]) -> None:
    # Times as HH:MM sort as texts do.
    if len(span) == 2 and span[0] >= span[1]:
        raise ValidationError("The hours must begin before they end.")


def _points_to_help(sentence: str) -> None:
    if "111" not in sentence and "999" not in sentence:
        raise ValidationError("Say in it what to do otherwise: call 111, or 999 in an emergency.")


class ServiceHours(fields.Dict):
    """A day of the week -> from and to, as in {"mon": ["08:00", "18:00"]}; a day left out is closed."""

    def __init__(self, **more: Any) -> None:
        span = fields.List(
            fields.String(validate=_WALL_TIME), validate=[validate.Length(equal=2), _opens_before_it_closes]
        )
        super().__init__(keys=fields.String(validate=validate.OneOf(service_hours.DAYS)), values=span, **more)


class Sentence(Text):
    """What people read out of hours; it must say what to do otherwise."""

    def __init__(self) -> None:
        super().__init__(longest=300)
        self.validators.append(_points_to_help)


class Minutes(Schema):
    """Minutes of service time in which an alert of each severity must be acknowledged."""

    emergency = fields.Integer(strict=True, validate=validate.Range(1, 1440))
    red = fields.Integer(strict=True, validate=validate.Range(1, 1440))
    amber = fields.Integer(strict=True, validate=validate.Range(1, 1440))


class TeamChange(Schema):
    """What can be changed of a team; what is left out stays, hours are given for the whole week."""

    name = Text(longest=100)
    zone = Text(longest=60)
    service_hours = ServiceHours()
    out_of_hours_sentence = Sentence()
    out_of_hours_number = fields.String(validate=_PHONE)
    minutes_to_acknowledge = fields.Nested(Minutes)
    lead_id = fields.UUID(allow_none=True)


class NewTeam(Schema):
    """A team to make; what is left out is weekdays 8 to 6 in London, 15 minutes for red, 111 out of hours."""

    organisation_id = fields.UUID(load_default=None, metadata={"description": "Needed by admins of several."})
    name = Text(required=True, longest=100)
    zone = Text(longest=60)
    service_hours = ServiceHours()
    out_of_hours_sentence = Sentence()
    out_of_hours_number = fields.String(validate=_PHONE)
    minutes_to_acknowledge = fields.Nested(Minutes)


class Team(Schema):
    """A team."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    zone = fields.String(required=True)
    service_hours = ServiceHours(required=True)
    out_of_hours_sentence = fields.String(required=True)
    out_of_hours_number = fields.String(required=True)
    minutes_to_acknowledge = fields.Nested(Minutes, required=True)
    lead_id = fields.UUID(required=True, allow_none=True)
    version = fields.Integer(required=True)


class Teams(Schema):
    """The teams of the caller's organisations."""

    items = fields.List(fields.Nested(Team), required=True)


class NewTeamRole(Schema):
    """A role for a person, who is found or made by their e-mail."""

    role = fields.String(required=True, validate=validate.OneOf(sorted(TEAM_ROLES)))
    given_name = Text(required=True, longest=100)
    family_name = Text(required=True, longest=100)
    email = Text(required=True, longest=254)
    phone = Text(load_default=None, longest=30, allow_none=True)


class TeamRole(Schema):
    """A role that somebody holds in a team."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    role = fields.String(required=True)
    since = Instant(required=True)


class TeamRoles(Schema):
    """Who holds which role in a team now."""

    items = fields.List(fields.Nested(TeamRole), required=True)


class NewAdmin(Schema):
    """Somebody to administer the organisation, who is found or made by their e-mail."""

    given_name = Text(required=True, longest=100)
    family_name = Text(required=True, longest=100)
    email = Text(required=True, longest=254)
    phone = Text(load_default=None, longest=30, allow_none=True)


class HeldRole(Schema):
    """A role that a colleague holds: in a team, or in the whole organisation."""

    id = fields.UUID(required=True)
    team_id = fields.UUID(required=True, allow_none=True)
    team = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    since = Instant(required=True)


class Colleague(Schema):
    """Somebody who works in the organisation, and how they sign in."""

    id = fields.UUID(required=True, attribute="person.id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    second_factor_since = Instant(required=True, allow_none=True, attribute="person.second_factor_since")
    last_signed_in_at = Instant(required=True, allow_none=True)
    locked_at = Instant(required=True, allow_none=True, attribute="person.locked_at")
    roles = fields.List(fields.Nested(HeldRole), required=True)


Colleagues = page_of(Colleague, "Colleagues")


class NewTeamInvitation(InvitedBy):
    """Somebody to ask into a team, by their phone or by their e-mail."""

    role = fields.String(required=True, validate=validate.OneOf(sorted(TEAM_ROLES)))


class TeamInvitation(Sent):
    """An invitation into a team."""


class TeamInvitations(Schema):
    """The invitations into a team."""

    items = fields.List(fields.Nested(TeamInvitation), required=True)
