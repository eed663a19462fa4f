"""What a route says of who may call it: public, signed_in, on_patient, on_caseload, callback.

`access` owns no tables. Assembly hands it a `Directory` that answers who is calling and what they are to a patient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from flask import current_app, g, request

from app.access.permissions import Category, Permission, Right
from app.access.roles import Role, allowed
from app.core import audit
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.unit_of_work import unit_of_work


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows of its sender: a bearer token for the API, a cookie for pages, never both."""

    kind: str  # "bearer" or "cookie"
    secret: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, with the roles they hold in teams (team id None: the whole organisation)."""

    person_id: UUID
    session_id: UUID
    given_name: str
    family_name: str
    is_service: bool = False
    memberships: tuple[tuple[UUID, UUID | None, Role], ...] = ()  # organisation, team, role

    def teams(self, permission: Permission) -> tuple[UUID, ...]:
        """The teams in which the caller holds a role with this permission."""
        return tuple(team for _, team, role in self.memberships if team and allowed(role, permission))

    def organisations(self, permission: Permission) -> tuple[UUID, ...]:
        """The organisations in which the caller holds a role with this permission."""
        return tuple({organisation for organisation, _, role in self.memberships if allowed(role, permission)})


class Admitted(Protocol):
    """The patient a caller was admitted to; the patients slice says what else it knows."""

    @property
    def id(self) -> UUID: ...
    @property
    def organisation_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller is to one patient."""

    roles: frozenset[Role]
    grants: frozenset[tuple[Category, Right]] = frozenset()

    def role_for(self, permission: Permission) -> Role | None:
        """The first role that allows it."""
        return next((role for role in sorted(self.roles) if allowed(role, permission, self.grants)), None)


class Directory(Protocol):
    """The two questions that access asks of the slices above it."""

    def caller(self, credential: Credential) -> Caller | None: ...
    def standing(self, credential: Credential, patient_id: UUID) -> tuple[Caller, Admitted | None, Standing] | None: ...


def _directory() -> Directory:
    directory: Directory = current_app.extensions["directory"]
    return directory


def credential() -> Credential | None:
    """The credential this face of Kith listens to: API routes ignore cookies, pages ignore bearer tokens."""
    if request.path.startswith("/api/"):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return Credential("bearer", token) if scheme.lower() == "bearer" and token else None
    cookie = request.cookies.get(current_app.config["KITH"].cookie_name)
    return Credential("cookie", cookie) if cookie else None


def caller() -> Caller:
    """Who is calling; raises 401 where nobody was admitted."""
    known: Caller | None = g.get("caller")
    if known is None:
        raise Unauthenticated
    return known


def whoever() -> Caller | None:
    """Who shows a credential that holds, where nobody need: on a public page."""
    shown = credential()
    found = _directory().caller(shown) if shown else None
    if found is not None:
        _know(found)
    return found


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody may call it."""

    label: str = "public"

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return arguments


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Anybody who is signed in may call it."""

    label: str = "signed in"

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        _called()
        return arguments


@dataclass(frozen=True, slots=True)
class OnPatient:
    """Only those may call it whose standing with the patient in the path allows it."""

    permission: Permission

    @property
    def label(self) -> str:
        return f"on patient: {self.permission}"

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        patient_id: UUID = arguments.pop("patient_id")
        patient, role = admitted(patient_id, self.permission)
        g.role = role
        return {"patient": patient, **arguments}


@dataclass(frozen=True, slots=True)
class OnCaseload:
    """Only those may call it who hold the permission in some team; the service looks at those teams alone."""

    permission: Permission

    @property
    def label(self) -> str:
        return f"on caseload: {self.permission}"

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        known = _called()
        if not known.organisations(self.permission):
            _refuse(audit.Entry(role="none", action=f"refused {self.permission}", actor_id=known.person_id))
            raise Forbidden("Your roles do not include this.")
        return {"caller": known, **arguments}


@dataclass(frozen=True, slots=True)
class Callback:
    """Only a provider that signs its requests may call it."""

    provider: str
    verify: Callable[[], bool] = field(repr=False)

    @property
    def label(self) -> str:
        return f"callback: {self.provider}"

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if not self.verify():
            raise Forbidden("The signature does not fit.")
        return arguments


def admitted(patient_id: UUID, permission: Permission) -> tuple[Any, Role]:
    """Admit the caller to a patient: 401 unknown, 404 for a stranger, 403 without the permission; noted either way."""
    shown = credential()
    found = _directory().standing(shown, patient_id) if shown else None
    if found is None:
        raise Unauthenticated
    known, patient, standing = found
    _know(known)
    role = standing.role_for(permission)
    if patient is None or not standing.roles:
        entry = audit.Entry(
            role="stranger",
            action=f"refused {permission}",
            actor_id=known.person_id,
            subject_id=patient_id,
            request_id=audit.request_id(),
        )
        _refuse(entry)
        raise NotFound
    entry = audit.Entry(
        role=role or sorted(standing.roles)[0],
        action=str(permission) if role else f"refused {permission}",
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        actor_id=known.person_id,
        request_id=audit.request_id(),
    )
    if role is None:
        _refuse(entry)
        raise Forbidden("The patient has not given you this, or your role does not include it.")
    audit.note(entry)
    return patient, role


def note_seen(known: Caller, permission: Permission, organisation_id: UUID, patient_ids: list[UUID]) -> None:
    """Write down whose records a list showed, or an enrolment made: the guard cannot know them beforehand."""
    if not patient_ids:
        return
    entry = audit.Entry(
        role=next(role for _, _, role in known.memberships if allowed(role, permission)),
        action=str(permission),
        organisation_id=organisation_id,
        patient_id=patient_ids[0] if len(patient_ids) == 1 else None,
        patient_ids=patient_ids,
        actor_id=known.person_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def _called() -> Caller:
    found = whoever()
    if found is None:
        raise Unauthenticated
    return found


def _know(known: Caller) -> None:
    g.caller, g.caller_id = known, known.person_id


def _refuse(entry: audit.Entry) -> None:
    # The request will be rolled back; what was refused is written in a transaction of its own.
    with unit_of_work():
        audit.note(entry)


public = Public()
signed_in = SignedIn()
on_patient = OnPatient
on_caseload = OnCaseload


def callback(provider: str, verify: Callable[[], bool]) -> Callback:
    """A provider's webhook, admitted by its signature."""
    return Callback(provider, verify)
