"""Use cases of teams: organisations, teams, roles, admins, accounts of those who work here."""

from __future__ import annotations

from app.teams.service.accounts import lock, sign_out, unlock
from app.teams.service.admins import add_admin, end_admin, introduce_admin
from app.teams.service.organising import add_organisation, add_team, change_team, organisation_of
from app.teams.service.roles import check_may_give, end_role, give_role, introduce

__all__ = [
    "add_admin",
    "add_organisation",
    "add_team",
    "change_team",
    "check_may_give",
    "end_admin",
    "end_role",
    "give_role",
    "introduce",
    "introduce_admin",
    "lock",
    "organisation_of",
    "sign_out",
    "unlock",
]
