"""The code on the wall of a patient's home: ten symbols as of an invitation, kept as a digest. Pure.

It shows that somebody stood there, and opens nothing: whoever types it must be let into the record all the same.
"""

from __future__ import annotations

import hashlib
import hmac

from app.identity import invitation_codes

# Symbols, spelling and what is meant by a mistyped one are those of an invitation.
new_code, shown, tidied = invitation_codes.new_code, invitation_codes.shown, invitation_codes.tidied


def digest(secret: str, code: str) -> bytes:
    """What is kept of a code, and what it is found again by: of no use without the key."""
    key = hashlib.sha256(b"arrival\0" + secret.encode()).digest()
    return hmac.digest(key, code.encode(), "sha256")
