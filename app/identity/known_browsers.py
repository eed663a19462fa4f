"""The marks by which a browser is known to have signed somebody in before (OWASP: device cookies). Pure.

A mark opens nothing. Whoever shows one is counted by it alone, so that no number of strangers who ask or guess for the
same account keeps its holder out; and a mark that fell into other hands uses up its own tries and nobody else's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

LASTS: Final = timedelta(days=365)
MOST: Final = 4  # people who share one browser
_BETWEEN, _WITHIN = ".", "-"


def with_mark(held: str, secret: str, person_id: UUID, now: datetime) -> str:
    """What the browser holds from now on: a new mark of this person, then those of the others."""
    others = [mark for mark in _marks(held) if _name(mark, (secret,), person_id, now) is None]
    name, made = secrets.token_hex(16), str(int(now.timestamp()))
    mark = _WITHIN.join((name, made, _signed(secret, person_id, name, made)))
    return _BETWEEN.join([mark, *others][:MOST])


def name_for(held: str, keys: Iterable[str], person_id: UUID, now: datetime) -> str | None:
    """The name of the mark this person has in a browser; None where there is none that holds."""
    known = tuple(keys)
    found = (_name(mark, known, person_id, now) for mark in _marks(held))
    return next((name for name in found if name), None)


def _name(mark: str, keys: Iterable[str], person_id: UUID, now: datetime) -> str | None:
    name, made, signature = [*mark.split(_WITHIN), "", ""][:3]
    fits = any(hmac.compare_digest(signature.encode(), _signed(key, person_id, name, made).encode()) for key in keys)
    return name if fits and now.timestamp() - int(made) < LASTS.total_seconds() else None


def _marks(held: str) -> list[str]:
    return [mark for mark in held.split(_BETWEEN)[:MOST] if mark]


def _signed(secret: str, person_id: UUID, name: str, made: str) -> str:
    key = hashlib.sha256(b"known-browser\0" + secret.encode()).digest()
    return hmac.new(key, f"{person_id} {name} {made}".encode(), hashlib.sha256).hexdigest()
