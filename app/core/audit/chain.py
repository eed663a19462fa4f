"""What a seal is computed from: the digest before it, its number, and the whole entry in one written form. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

BEGINNING: Final = bytes(32)  # stands before the first seal of a chain


def digest(previous: bytes, number: int, entry: Mapping[str, Any]) -> bytes:
    """The seal over an entry that stands at this number of its chain, after this digest."""
    return hashlib.sha256(previous + number.to_bytes(8) + written(entry)).digest()


def written(entry: Mapping[str, Any]) -> bytes:
    """Every column of an entry, by name, in one form.

    What is empty is left out, so that a column which is added some day leaves the digests of older entries as they are.
    """
    facts = {name: _plain(value) for name, value in entry.items() if value is not None}
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, UUID) else value
