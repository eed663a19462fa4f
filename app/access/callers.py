"""Who is calling, what they are to a patient, and the one decision over both. Pure.

`access` owns no tables: assembly hands it a `Directory` that answers who is calling and what they are to a patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self
from uuid import UUID

from app.access.permissions import WHOLE_ORGANISATION, Category, Permission, Purpose, Right
from app.access.roles import Role, allowed
from app.core.rows import Reach

ORDER = list(Role)
NO_SESSION = UUID(int=0)
# What may be done for a purpose; a role that is not named acts for care.
PURPOSES = {Role.PATIENT: Purpose.OWN, Role.ACTING: Purpose.OWN, Role.EMERGENCY: Purpose.EMERGENCY}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows of its sender: a bearer token for the API, a cookie for pages, never both."""

    kind: str  # "bearer" or "cookie"
    secret: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, with the roles they hold in teams (team id None: the whole organisation)."""

    person_id: UUID
    session_id: UUID  # NO_SESSION: no sign-in, as for a text or a command
    given_name: str
    family_name: str
    is_service: bool = False
    memberships: tuple[tuple[UUID, UUID | None, Role], ...] = ()  # organisation, team, role
    has_second_factor: bool = False
    second_factor_at: datetime | None = None
    identity_level: str | None = None

    @property
    def is_half_signed_in(self) -> bool:
        """Is a second factor still to be shown? Staff always need one, others where they have set one up."""
        needs_one = bool(self.memberships) or self.has_second_factor
        return needs_one and self.second_factor_at is None and not self.is_service

    @property
    def is_unproven(self) -> bool:
        """Does NHS login know no more than the contacts? Then no record is shown."""
        return self.identity_level is not None and self.identity_level != "P9"

    def teams(self, permission: Permission) -> tuple[UUID, ...]:
        """The teams in which the caller holds a role with this permission."""
        return tuple({team for _, team, role in self.memberships if team and allowed(role, permission)})

    def organisations(self, permission: Permission) -> tuple[UUID, ...]:
        """The organisations in which the caller holds a role with this permission."""
        return tuple({organisation for organisation, _, role in self.memberships if allowed(role, permission)})

    def role_in(self, organisation_id: UUID, permission: Permission) -> Role | None:
        """The first role in an organisation that has this permission."""
        held = [role for place, _, role in self.memberships if place == organisation_id and allowed(role, permission)]
        return min(held, key=ORDER.index, default=None)


class Admitted(Protocol):
    """The patient a caller was admitted to; the patients slice says what else it knows."""

    @property
    def id(self) -> UUID: ...
    @property
    def organisation_id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID: ...
    def for_circle(self) -> Self: ...
    def for_visitor(self) -> Self: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller is to one patient."""

    roles: frozenset[Role]
    grants: frozenset[tuple[Category, Right]] = frozenset()
    scopes: frozenset[str] = frozenset()

    @property
    def first_role(self) -> Role | None:
        return min(self.roles, key=ORDER.index, default=None)


Found = tuple[Caller, Admitted | None, Standing]


class Directory(Protocol):
    """The questions that access asks of the slices above it."""

    def caller(self, credential: Credential, permission: Permission | None = None) -> Caller | None: ...
    def standing(self, credential: Credential, patient_id: UUID) -> Found | None: ...
    def standing_of_person(self, person_id: UUID, patient_id: UUID) -> Found | None: ...
    def standing_of_member(self, member_id: UUID, patient_id: UUID) -> Found | None: ...


def decide(standing: Standing, permission: Permission, purpose: Purpose | None = None) -> Role | None:
    """The decision: the role in which somebody of this standing may do this for this purpose; None if they may not.

    Without a purpose it is the role's own: care, one's own record, an emergency.
    """
    for role in sorted(standing.roles, key=ORDER.index):
        fits = purpose is None or purpose is PURPOSES.get(role, Purpose.CARE)
        if fits and allowed(role, permission, standing.grants, standing.scopes):
            return role
    return None


def purpose_of(role: Role | None) -> Purpose:
    """What somebody in this role acts for."""
    return PURPOSES.get(role, Purpose.CARE) if role else Purpose.CARE


def caseload(known: Caller, permission: Permission | None) -> Reach:
    """The rows of the teams, or where it needs so the organisations, in which the caller may do this, and their own."""
    if permission is None:
        return Reach(known.person_id)
    organisations = known.organisations(permission)
    whole = organisations if permission in WHOLE_ORGANISATION else ()
    return Reach(known.person_id, organisations, teams=known.teams(permission), whole=whole)
