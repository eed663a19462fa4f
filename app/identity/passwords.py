"""Passwords: argon2id, 15 characters or more, 8 with a second factor, no rules of composition (security.md S13)."""

from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import Invalid

SHORTEST, SHORTEST_WITH_SECOND_FACTOR, LONGEST = 15, 8, 200
COMMON = frozenset(
    line
    for line in Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
_hasher = PasswordHasher()
# Verified for accounts that do not exist, so that both take the same time.
_NOBODY = _hasher.hash("nobody signs in with this")


def hash_of(password: str, *, has_second_factor: bool = False) -> str:
    """The argon2id hash to store; raises Invalid where the password is too short, too long or too common."""
    shortest = SHORTEST_WITH_SECOND_FACTOR if has_second_factor else SHORTEST
    if not shortest <= len(password) <= LONGEST:
        raise _refused(f"Use {shortest} to {LONGEST} characters; several words together are easy to remember.")
    if is_common(password):
        raise _refused("This password is among the first that are tried. Please choose another.")
    return _hasher.hash(password)


def is_common(password: str) -> bool:
    """Is it on the list, whatever its capitals and spaces?"""
    return "".join(password.lower().split()) in COMMON


def fits(password: str, stored: str | None) -> bool:
    """Does the password fit the stored hash? Takes as long where there is none."""
    try:
        _hasher.verify(stored or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _refused(detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": "/password", "detail": detail}])
