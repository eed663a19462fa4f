"""Codes that stand for a second factor: those of an authenticator app (TOTP, RFC 6238) and recovery codes. Pure."""

from __future__ import annotations

import hmac
import io
import re
import secrets
from datetime import datetime

import pyotp
import segno

STEP_SECONDS, DRIFT = 30, 1
RECOVERY_CODES = 10
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: 10 symbols are 50 bits
_LOOKALIKES = str.maketrans("OIL", "011")


def new_secret() -> str:
    """A secret for an authenticator app: 160 bits as base 32."""
    return pyotp.random_base32()


def step_at(moment: datetime) -> int:
    """The half minute this is, counted from 1970."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The six digits that an app shows in this half minute."""
    return pyotp.TOTP(secret).generate_otp(step)


def step_of(code: str, secret: str, now: datetime, after: int) -> int | None:
    """The half minute, now or one beside it, whose code this is; none that is not later than `after`."""
    given, here = "".join(code.split()), step_at(now)
    fitting = [
        step
        for step in range(here - DRIFT, here + DRIFT + 1)
        if hmac.compare_digest(code_of(secret, step).encode(), given.encode()) and step > after
    ]
    return fitting[0] if fitting else None


def link(secret: str, account: str, service: str) -> str:
    """What an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=service)


def picture(text: str) -> str:
    """A QR code as an SVG without a style of its own."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        border=2,
        svgclass="kith-qr",
        lineclass=None,
    )
    return drawn.getvalue().decode()


def in_fours(secret: str) -> str:
    """A secret as somebody types it: in groups of four."""
    return " ".join(re.findall(".{1,4}", secret))


def new_recovery_code() -> str:
    """A code to write down, as in 7KQ2M-94TXD."""
    symbols = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{symbols[:5]}-{symbols[5:]}"


def plain(code: str) -> str:
    """A recovery code however it was typed, in its one form."""
    return re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_LOOKALIKES)
