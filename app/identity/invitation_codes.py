"""Codes of invitations: ten symbols that are hard to guess and easy to read aloud. Pure (security.md S24).

Crockford's base 32 has neither I, L, O nor U; whoever types one of them means 1, 1, 0 or V. Ten symbols are 50 bits:
with 10,000 codes waiting and 100,000 guesses a day, one is found in three thousand years.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 10
LASTS: Final = timedelta(hours=72)
OPENED_AT_MOST: Final = 5  # a code typed right; each time one six-digit code can be sent, which has five tries
_MEANT: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_APART: Final = str.maketrans("", "", " -.\u00a0\u2010\u2011\u2012\u2013\u2014")


def new_code() -> str:
    """Ten random symbols."""
    return "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))


def shown(code: str) -> str:
    """As it is written: 7ZK9Q-0M4XA."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def tidied(typed: str) -> str | None:
    """The code that was meant, whatever its case, spaces and hyphens; None for what cannot be one."""
    meant = typed.translate(_APART).strip().upper().translate(_MEANT)
    return meant if len(meant) == LENGTH and all(symbol in SYMBOLS for symbol in meant) else None


def digest(secret: str, code: str) -> bytes:
    """What is kept of a code, and what it is found again by: of no use without the key."""
    key = hashlib.sha256(b"invitation\0" + secret.encode()).digest()
    return hmac.digest(key, code.encode(), "sha256")
