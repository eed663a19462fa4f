"""Access tokens and secrets: pure functions over a key and a time.

Access tokens are JWT: HS256 only, typ at+jwt, iss, aud, exp, kid checked, ten minutes (security.md S9, S10).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ACCESS_TOKEN_LASTS = timedelta(minutes=10)
ISSUER, AUDIENCE, KIND, KEY_ID = "kith", "kith-api", "at+jwt", "a1"


def key_from(secret: str) -> OctKey:
    """The signing key, derived so that one secret never serves two purposes."""
    return OctKey.import_key(hashlib.sha256(b"access-token\0" + secret.encode()).digest())


def access_token(session_id: UUID, key: OctKey, now: datetime) -> str:
    """A token that says which session is calling, and nothing of the person."""
    header = {"alg": "HS256", "typ": KIND, "kid": KEY_ID}
    ends = int((now + ACCESS_TOKEN_LASTS).timestamp())
    return jwt.encode(header, {"iss": ISSUER, "aud": AUDIENCE, "exp": ends, "sid": str(session_id)}, key)


def session_of(token: str, key: OctKey, now: datetime) -> UUID | None:
    """The session a token speaks of; None where it is forged, foreign, of another kind or has run out."""
    read = _read(token, key.raw_value)
    return read[0] if read and read[1] > now.timestamp() else None


@lru_cache(maxsize=10_000)
def _read(token: str, key: bytes) -> tuple[UUID, int] | None:
    # One phone shows the same token for ten minutes: its signature is worked out once, its end is looked at each time.
    try:
        read = jwt.decode(token, OctKey.import_key(key), algorithms=["HS256"])
        claims = read.claims
        fits = (
            read.header.get("typ") == KIND
            and read.header.get("kid") == KEY_ID
            and claims.get("iss") == ISSUER
            and claims.get("aud") == AUDIENCE
        )
        return (UUID(claims["sid"]), int(claims["exp"])) if fits else None
    except (JoseError, KeyError, ValueError, TypeError, AttributeError):
        return None


def new_secret() -> str:
    """256 random bits, safe in a cookie and in JSON."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()
