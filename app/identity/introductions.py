"""Who somebody is said to be by a person who may not otherwise see them: pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.core.errors import Conflict, Invalid
from app.identity import contacts


@dataclass(frozen=True, slots=True)
class Introduced:
    """A person, or a device, as introduced by somebody else; phone and e-mail are in their one form."""

    given_name: str
    family_name: str
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    kind: str = "human"


def introduced(
    given_name: str,
    family_name: str,
    phone: str | None = None,
    email: str | None = None,
    language: str = "en",
    kind: str = "human",
) -> Introduced:
    """An introduction with names tidied and contacts in one form; raises Invalid."""
    names = {"given_name": given_name.strip(), "family_name": family_name.strip()}
    if missing := [field for field, name in names.items() if not name]:
        raise Invalid("Both names are needed.", errors=[{"pointer": f"/{f}", "detail": "is empty"} for f in missing])
    return Introduced(
        " ".join(given_name.split()),
        " ".join(family_name.split()),
        contacts.phone(phone) if phone else None,
        contacts.email(email) if email else None,
        language,
        kind,
    )


def same_name(one: str, other: str) -> bool:
    """Are two names the same to a reader, whatever their case, spaces and composed letters?"""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def somebody_elses() -> Conflict:
    """One answer for a contact in use, whoever has it: it must not tell who, nor where."""
    return Conflict("This phone or e-mail cannot be used for this person. Please compare both with them.")
