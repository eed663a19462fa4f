"""A line of the audit in words for the person whose record it is. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from app.access.roles import Role
from app.core import audit

_WORDS: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "acts_en.toml").read_text("utf-8"))
ACTS: Final[Mapping[str, list[str]]] = _WORDS["acts"]
ROLES: Final[Mapping[str, str]] = _WORDS["roles"]
_SAID: Final[Mapping[str, str]] = _WORDS["words"]
REFUSED: Final = "refused "
UNKNOWN_ACT: Final = ["did something with {your} record", "do something with {your} record"]


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the audit about one record."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    on_behalf_of: UUID | None
    role: str
    action: str
    purpose: str
    subject_id: UUID | None

    @property
    def is_refused(self) -> bool:
        return self.action.startswith(REFUSED)

    @property
    def is_in_vain(self) -> bool:
        return self.action.startswith(audit.IN_VAIN)

    @property
    def is_for_the_patient(self) -> bool:
        return self.on_behalf_of is not None

    @property
    def act(self) -> str:
        return self.action.removeprefix(REFUSED).removeprefix(audit.IN_VAIN)


@dataclass(frozen=True, slots=True)
class Known:
    """What may be told of somebody who looked: a name, and what they are to the patient or where they work."""

    name: str
    relationship: str | None = None
    works_at: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose record it is, who their coordinator is, and whether they read it themselves."""

    patient_person_id: UUID
    coordinator_id: UUID
    given_name: str
    is_patient: bool

    @property
    def whose(self) -> dict[str, str]:
        if self.is_patient:
            return {"you": "you", "your": "your"}
        return {"you": self.given_name, "your": f"{self.given_name}’s"}


def sentence(look: Look, known: Known | None, reader: Reader) -> str:
    """ "Priya Shah, your care coordinator, read your readings." """
    done, tried = ACTS.get(look.act, UNKNOWN_ACT)
    act = (tried if look.is_refused or look.is_in_vain else done).format(**reader.whose)
    return said(form(look), who(look, known, reader), act)


def said(form: str, who: str, act: str) -> str:
    """Who did what, in the form that fits how it went."""
    return _SAID[form].format(who=who, act=act)


def form(look: Look) -> str:
    """How it went: done, imported, in vain or refused."""
    if look.is_refused:
        return "refused"
    if look.is_in_vain:
        return "in_vain"
    return "imported" if look.purpose == "import" else "done"


def who(look: Look, known: Known | None, reader: Reader) -> str:
    """ "Priya Shah, your care coordinator,": who it was and as what, ready to be followed by what they did."""
    if look.actor_id is None:
        return _SAID["kith"]
    if look.actor_id == reader.patient_person_id and look.role in (Role.PATIENT, "self"):
        return _SAID["you"] if reader.is_patient else reader.given_name
    if known is None:
        return _SAID["somebody"]
    what = _what(look, known, reader)
    return f"{known.name}, {what}," if what else known.name


def _what(look: Look, known: Known, reader: Reader) -> str | None:
    if look.role in (Role.MEMBER, Role.VISITOR, Role.SERVICE) and known.relationship:
        return f"{reader.whose['your']} {known.relationship}"
    if look.role == Role.COORDINATOR and look.actor_id == reader.coordinator_id:
        return ROLES["named_coordinator"].format(**reader.whose)
    if look.role in ROLES:
        said = ROLES[look.role].format(**reader.whose)
        return f"{said} at {known.works_at}" if look.role == Role.SHARING and known.works_at else said
    return f"who works at {known.works_at}" if known.works_at else None
