"""Row ids: UUIDv7, made in Python so that any PostgreSQL from 15 on serves."""

from __future__ import annotations

import secrets
from uuid import UUID

from app.core import clock


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits; ids made later sort later."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=number)
