"""Row ids: UUIDv7, made in Python so that any PostgreSQL from 15 on serves."""

from __future__ import annotations

import secrets
import threading
from uuid import UUID

from app.core import clock

_MASK = (1 << 74) - 1
_lock = threading.Lock()
_last = (0, 0)  # millisecond, random part


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits; ids one process makes later sort later."""
    global _last  # within one millisecond the random part goes on from the last one (the RFC's method 2)
    milliseconds = int(clock.now().timestamp() * 1000)
    with _lock:
        rest = secrets.randbits(73)  # one bit left, so that counting on cannot overflow
        if milliseconds == _last[0]:
            rest = _last[1] + 1 + secrets.randbits(32)
        _last = (milliseconds, rest & _MASK)
    number = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (rest >> 62) << 64 | 0x2 << 62 | rest & ((1 << 62) - 1)
    )
    return UUID(int=number)
