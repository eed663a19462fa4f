"""What NHS login says of somebody, and how sure of it it is: pure.

A vector of trust names how well the person is known (P5: what they said was looked up, P9: proven with a photo or in
person) and how they signed in (a password with a device, or a key); see NHS login's interface specification.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

PROVEN, LOOKED_UP = "P9", "P5"
_SIGNED_IN_WITH: Final = ("Cp.Cd", "Cp.Ck", "Cm")


@dataclass(frozen=True, slots=True)
class NhsIdentity:
    """Somebody as NHS login knows them; the number it traced is compared and never kept or shown."""

    given_name: str
    family_name: str
    born_on: date | None
    nhs_number: str | None


@dataclass(frozen=True, slots=True)
class Traced:
    """Whose record has the number that was traced: a person, nobody, or records that say something else."""

    person_id: UUID | None = None
    records: tuple[tuple[UUID, UUID], ...] = ()  # organisation and patient

    @property
    def differs(self) -> bool:
        return self.person_id is None and bool(self.records)


def asked_for(least: str) -> str:
    """The `vtr` of a request: one vector of these is wanted, of the level named or above."""
    levels = (PROVEN,) if least == PROVEN else (LOOKED_UP, PROVEN)
    return json.dumps([f"{level}.{way}" for level in levels for way in _SIGNED_IN_WITH])


def level_of(signed: Mapping[str, Any], least: str) -> str | None:
    """The level that was reached; None where it is none of those asked for."""
    vector = signed.get("vot")
    return str(vector)[:2] if vector in json.loads(asked_for(least)) else None


def identity_of(known: Mapping[str, Any]) -> NhsIdentity:
    """What is known of somebody, as far as it has the form it should have."""
    return NhsIdentity(
        _text(known, "given_name"), _text(known, "family_name"), _day(_text(known, "birthdate")), _number(known)
    )


def _text(known: Mapping[str, Any], name: str) -> str:
    value = known.get(name)
    return " ".join(value.replace("\x00", "").split())[:200] if isinstance(value, str) else ""


def _number(known: Mapping[str, Any]) -> str | None:
    digits = _text(known, "nhs_number").replace(" ", "")
    return digits if digits.isascii() and digits.isdecimal() and len(digits) == 10 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
