"""Passwords: argon2id, 15 characters or more until the second factor comes, no composition rules (security.md S13)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import Invalid

SHORTEST, LONGEST = 15, 200
# Long passwords that people really choose; short common ones are refused by their length.
COMMON = frozenset(
    "passwordpassword 123456789012345 1234567890123456 qwertyuiopasdfg qwertyuiopasdfgh aaaaaaaaaaaaaaa "
    "correcthorsebatterystaple iloveyouiloveyou letmeinletmeinletmein administrator1 qwertyqwertyqwerty "
    "passwordpassword1 abcdefghijklmno 111111111111111 000000000000000".split()
)
_hasher = PasswordHasher()
# Verified for accounts that do not exist, so that both take the same time.
_NOBODY = _hasher.hash("nobody signs in with this")


def hash_of(password: str) -> str:
    """The argon2id hash to store; raises Invalid where the password is too short, too long or too common."""
    if not SHORTEST <= len(password) <= LONGEST:
        detail = f"Use {SHORTEST} to {LONGEST} characters; several words together are easy to remember."
        raise Invalid(detail, errors=[{"pointer": "/password", "detail": detail}])
    if password.lower() in COMMON:
        raise Invalid("This password is among the first that are tried. Please choose another.")
    return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Does the password fit the stored hash? Takes as long where there is none."""
    try:
        _hasher.verify(stored or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
