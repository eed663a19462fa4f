"""The policy as an expectation: what each operation must answer to each persona, from roles.py and what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask

from app.access import callers, guards, roles
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import specification
from tests.access.personas import Persona, Place, Session
from tests.access.rows import MARY, ROWS, Of, Row

Access = guards.Public | guards.SignedIn | guards.OnPatient | guards.OnCaseload | guards.Callback


class Answer(StrEnum):
    """What the policy says of a request."""

    OPEN = "anybody may ask, and is answered by what they send"
    ADMITTED = "admitted"
    NOT_THEIRS = "admitted, but it is not theirs: 404"
    NOT_THERE = "404"
    SIGN_IN = "401 sign-in-needed"
    SECOND_FACTOR = "401 second-factor-needed"
    STEP_UP = "403 step-up-needed"
    NOT_ALLOWED = "403 not-allowed"
    NOT_FOR_THEM = "admitted, but not in this team or role: 403"
    CONFLICT = "admitted, but it cannot be done as things are: 409"


REFUSED = frozenset(Answer) - {Answer.ADMITTED, Answer.OPEN}
# Where the guard does not refuse by itself: what a view finds out, or either of the two.
LET_THROUGH: dict[Answer, tuple[bool, ...]] = dict.fromkeys(REFUSED, (False,)) | {
    Answer.NOT_THEIRS: (True,),
    Answer.NOT_FOR_THEM: (True,),
    Answer.CONFLICT: (True,),
    Answer.STEP_UP: (False, True),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with what it declares and how the table fills it."""

    method: str
    path: str
    access: Access
    row: Row

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        return not self.path.startswith("/api/")


def declared(app: Flask) -> dict[str, Access]:
    """Every operation, page and webhook of the app with the access it declares."""
    return {
        f"{method} {rule.rule}": specification.contract_of(app, rule.endpoint).access
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def operations(app: Flask) -> list[Operation]:
    """Those that have a row; test_every_endpoint_has_its_row says that all have one."""
    return [
        Operation(*name.split(" ", 1), access, ROWS[name])  # type: ignore[misc,arg-type]
        for name, access in declared(app).items()
        if name in ROWS
    ]


def expected(persona: Persona, operation: Operation) -> Answer:
    """What the policy says."""
    access = operation.access
    if isinstance(access, guards.Public):
        return Answer.OPEN
    if isinstance(access, guards.Callback):
        return Answer.NOT_ALLOWED
    if persona.is_locked or not persona.session.is_running:
        return Answer.SIGN_IN
    if persona.session is Session.HALF and not (isinstance(access, guards.SignedIn) and access.half):
        return Answer.SECOND_FACTOR
    if persona.identity_level == "P5" and not (isinstance(access, guards.SignedIn) and access.unproven):
        return Answer.STEP_UP
    if isinstance(access, guards.OnPatient):
        return _on_mary(persona, operation, access.permission)
    if isinstance(access, guards.OnCaseload) and not places(persona, access.permission):
        return Answer.NOT_ALLOWED
    return _theirs(persona, operation)


def _on_mary(persona: Persona, operation: Operation, permission: Permission) -> Answer:
    if not persona.roles:
        return Answer.NOT_THERE
    if not may(persona, permission):
        return Answer.NOT_ALLOWED
    row = operation.row
    if row.of is Of.MARY:
        return _to(persona.is_mary)
    if acts_as(persona, permission) in row.hidden_from:
        return Answer.NOT_THEIRS
    acts_beyond = bool(row.scope) and Role.ACTING in persona.roles and row.scope not in persona.scopes
    return Answer.NOT_FOR_THEM if acts_beyond or acts_as(persona, permission) in row.not_for else _asked(persona, row)


def may(persona: Persona, permission: Permission) -> bool:
    """Does one of the roles they have to Mary allow it?"""
    return any(roles.allowed(role, permission, persona.grants, persona.scopes) for role in persona.roles)


def acts_as(persona: Persona, permission: Permission) -> Role:
    """The first of the roles they have to Mary that allows it."""
    allow = [one for one in persona.roles if roles.allowed(one, permission, persona.grants, persona.scopes)]
    return min(allow, key=callers.ORDER.index)


def places(persona: Persona, permission: Permission) -> set[Place]:
    """Where they hold a role that allows it."""
    return {place for place, role in persona.works if roles.allowed(role, permission)}


# Is what a path names, which is Mary's or her team's, theirs who may do this in these places?
_IS_THEIRS: dict[Of, Callable[[Persona, set[Place]], bool]] = {
    Of.ANYBODY: lambda persona, held: True,
    Of.MARY: lambda persona, held: persona.is_mary,
    # Somebody who is only signed in is asked for what the page of the thing asks for.
    Of.TEAM: lambda persona, held: Place.TEAM in (held or places(persona, Permission.SEE_ALERTS)),
    Of.RUN: lambda persona, held: bool(held & {Place.TEAM, Place.ORGANISATION}),
    Of.COLLEAGUE: lambda persona, held: bool(held & {Place.TEAM, Place.ORGANISATION}),
    Of.ORGANISATION: lambda persona, held: bool(held - {Place.ELSEWHERE}),
}


def _theirs(persona: Persona, operation: Operation) -> Answer:
    access, row = operation.access, operation.row
    if row.of is Of.CALLER:
        return Answer.OPEN
    if row.whose:
        return _to(persona.name == row.whose)
    held = places(persona, access.permission) if isinstance(access, guards.OnCaseload) else set()
    is_theirs = _IS_THEIRS[row.of](persona, held)
    if row.of is Of.RUN and not is_theirs and places(persona, Permission.SEE_TEAMS) - {Place.ELSEWHERE}:
        return Answer.NOT_FOR_THEM
    return _asked(persona, row) if is_theirs else Answer.NOT_THEIRS


def _asked(persona: Persona, row: Row) -> Answer:
    is_theirs = persona.is_mary if row.asked_by == MARY else persona.name == row.asked_by
    if row.asked_by and not is_theirs:
        return Answer.NOT_FOR_THEM
    return Answer.CONFLICT if row.conflict and row.conflict(persona) else Answer.ADMITTED


def _to(is_theirs: bool) -> Answer:
    return Answer.ADMITTED if is_theirs else Answer.NOT_THEIRS


def is_nothing_to_mary(persona: Persona) -> bool:
    """Signed in, and a stranger to her record."""
    fully = persona.session is Session.HOLDS and not persona.is_locked and persona.identity_level != "P5"
    return fully and not persona.roles


def seen_of_mary(persona: Persona) -> set[str]:
    """Which of the words that stand for her (victim.secrets) somebody may meet outside of her record.

    Her team sees who she is on its lists; her organisation, what was opened in an emergency or is kept for the law; of
    whoever is in her circle she is the reason they are here.
    """
    running = persona.session is Session.HOLDS and not persona.is_locked
    if not running:
        return set()
    if Place.TEAM in places(persona, Permission.SEE_CASELOAD) or persona.is_mary:
        return {"patient_id", "family_name", "alert_id", "phone", "nhs_number", "reading_id", "born_on"}
    looks_over = {Permission.REVIEW_ACCESS, Permission.CHANGE_RETENTION}
    is_told_of_her = any(places(persona, one) - {Place.ELSEWHERE} for one in looks_over)
    return {"patient_id", "family_name"} if persona.roles or is_told_of_her else set()
