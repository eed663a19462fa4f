"""Row ids: UUIDv7, made in Python so that any PostgreSQL from 15 on serves."""

from __future__ import annotations

import array
import itertools
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
    return _of(milliseconds, rest)


def new_ids(count: int) -> list[UUID]:
    """As many at once, for rows written by the thousand; in this order, and after all that were made before."""
    global _last
    milliseconds = int(clock.now().timestamp() * 1000)
    steps = array.array("I", secrets.token_bytes(4 * count))
    with _lock:
        rest = _last[1] if milliseconds == _last[0] else secrets.randbits(73)
        rests = list(itertools.accumulate(steps, lambda before, step: before + 1 + step, initial=rest))[1:]
        _last = (milliseconds, (rests[-1] if rests else rest) & _MASK)
    return [_of(milliseconds, rest & _MASK) for rest in rests]


def _of(milliseconds: int, rest: int) -> UUID:
    number = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (rest >> 62) << 64 | 0x2 << 62 | rest & ((1 << 62) - 1)
    )
    return UUID(int=number)
