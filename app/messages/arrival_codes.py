"""The code on the wall of a patient's home: ten symbols as of an invitation, kept as a digest. Pure.

It shows that somebody stood there, and opens nothing: whoever types it must be let into the record all the same.
"""

from __future__ import annotations

import hashlib
import hmac
import io

import segno

from app.identity import invitation_codes

# Symbols, spelling and what is meant by a mistyped one are those of an invitation.
new_code, shown, tidied = invitation_codes.new_code, invitation_codes.shown, invitation_codes.tidied


def digest(secret: str, code: str) -> bytes:
    """What is kept of a code, and what it is found again by: of no use without the key."""
    key = hashlib.sha256(b"arrival\0" + secret.encode()).digest()
    return hmac.digest(key, code.encode(), "sha256")


def picture(text: str) -> str:
    """A QR code as an SVG without a style of its own."""
    drawn = io.BytesIO()
    code = segno.make(text, error="q", micro=False)  # a quarter of it may be dirty
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, border=4, svgclass="kith-qr")
    return drawn.getvalue().decode()
