"""What a route says of who may call it: public, signed_in, half_signed_in, on_patient, on_caseload, callback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import g

from app.access.callers import Admitted, Caller, Credential, Directory, Standing
from app.access.guards import admitting
from app.access.guards.admitting import (
    admitted,
    admitted_person,
    caller,
    credential,
    note_seen,
    reach_caseload,
    reads,
    whoever,
)
from app.access.permissions import Permission
from app.core import audit, rows
from app.core.errors import Forbidden
from app.core.rows import Reach


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody may call it."""

    label: str = "public"
    reach: Reach = rows.NOBODY

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        rows.told(self.reach)
        return arguments


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Anybody who is signed in may call it.

    `half`: also while their second factor is due. `unproven`: also by an NHS login that knows their contacts alone; a
    password or passkey that such a sign-in could set would soon open a record.
    """

    half: bool = False
    unproven: bool = False

    @property
    def label(self) -> str:
        if self.unproven:
            return "any sign-in"
        return "half signed in" if self.half else "signed in"

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        admitting.called(half=self.half, unproven=self.unproven)
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
        patient, role = admitting.admitted(patient_id, self.permission)
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
        known = admitting.called(self.permission)
        if not known.organisations(self.permission):
            action = f"refused {self.permission}"
            admitting.refuse(audit.Entry(role="none", action=action, actor_id=known.person_id))
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
        rows.told(rows.SERVICE)  # whose message a receipt is about is not known before it is looked up
        return arguments


public = Public()
operating = Public(
    reach=rows.SERVICE
)  # how Kith is doing, counted over everything; and the sandbox, where nobody is real
signed_in = SignedIn()
half_signed_in = SignedIn(half=True)
any_sign_in = SignedIn(half=True, unproven=True)  # to leave, or to prove more
on_patient = OnPatient
on_caseload = OnCaseload


def callback(provider: str, verify: Callable[[], bool]) -> Callback:
    """A provider's webhook, admitted by its signature."""
    return Callback(provider, verify)


__all__ = [
    "Admitted",
    "Callback",
    "Caller",
    "Credential",
    "Directory",
    "OnCaseload",
    "OnPatient",
    "Public",
    "SignedIn",
    "Standing",
    "admitted",
    "admitted_person",
    "any_sign_in",
    "callback",
    "caller",
    "credential",
    "half_signed_in",
    "note_seen",
    "on_caseload",
    "on_patient",
    "operating",
    "public",
    "reach_caseload",
    "reads",
    "signed_in",
    "whoever",
]
