"""Wrong passwords: counted for a person, or for a name that is nobody's, and forgotten once they have come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.core import limits
from app.identity.models import Person

ALLOWED: Final = 10
IN: Final = timedelta(days=1)


def count(person: Person | None, account: str) -> int:
    """Count one more; returns how many that makes in a day."""
    return limits.count(_of(person, account), per=IN)


def counted_by_browser(known_as: str | None) -> bool:
    """Count one try in a browser its person is known by; False past as many a day, and where it is not known."""
    return known_as is not None and limits.count(f"password in browser {known_as}", per=IN) <= ALLOWED


def forget(person: Person) -> None:
    """Begin anew, with an open password: who came in by more than that, or chose another one, is no guesser."""
    person.password_locked_at = None
    begin_anew(person)


def begin_anew(person: Person) -> None:
    """The password was right: those before it count no more."""
    limits.forget(_of(person, ""))


def _of(person: Person | None, account: str) -> str:
    return f"wrong password {person.id if person else account}"
