"""Six-digit codes that serve once, and contacts that were proven with one: pure functions (security.md S25)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

LASTS, TRIES = timedelta(minutes=10), 5
# A network gives a number that nobody pays for to somebody else; a year is the product's limit (security.md S22).
PROVEN_FOR = timedelta(days=365)
_APART = re.compile(r"[\s.\-]")


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06}"


def digest(secret: str, code_id: UUID, bound_to: bytes, code: str) -> bytes:
    """What is kept of a code: of no use without the key, for another row or to whoever did not ask for it."""
    key = hashlib.sha256(b"one-use-code\0" + secret.encode()).digest()
    return hmac.digest(key, code_id.bytes + bound_to + code.encode(), "sha256")


def tidied(typed: str) -> str:
    """A code as it was meant: without the spaces and hyphens people put in, in the digits of any script."""
    plain = _APART.sub("", typed)
    return "".join(str(unicodedata.digit(one, -1)) for one in plain) if plain.isdigit() else plain


def is_to_be_proven_again(proven_at: datetime | None, now: datetime) -> bool:
    """Was this contact never proven by its holder, or so long ago that it may be somebody else's by now?"""
    return proven_at is None or now - proven_at > PROVEN_FOR
