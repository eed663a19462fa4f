"""Personal text kept encrypted: AES-256-GCM, a key id in front, row and column as associated data.

Sealed form: 1 byte length of the key id, key id, 12 bytes nonce, ciphertext with tag. The blind index is a truncated
HMAC-SHA-256 under another key, so that a phone or an e-mail can be looked up without being readable.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Any, overload
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app


@dataclass(frozen=True)
class Keyring:
    """The keys in use: the first seals, all of them open."""

    keys: dict[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    ciphers: dict[str, AESGCM] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ciphers", {name: AESGCM(key) for name, key in self.keys.items()})

    def seal(self, text: str, place: str, row: UUID) -> bytes:
        name = next(iter(self.keys))
        nonce = os.urandom(12)
        body = self.ciphers[name].encrypt(nonce, text.encode(), _bound_to(place, row))
        return bytes([len(name)]) + name.encode() + nonce + body

    def unseal(self, blob: bytes, place: str, row: UUID) -> str:
        """Raises cryptography's InvalidTag where the blob was changed or moved to another row or column."""
        start = 1 + blob[0]
        cipher = self.ciphers[blob[1:start].decode()]
        return cipher.decrypt(blob[start : start + 12], blob[start + 12 :], _bound_to(place, row)).decode()

    def index(self, text: str, place: str) -> bytes:
        return hmac.digest(self.index_key, f"{place}\0{text}".encode(), hashlib.sha256)[:16]


def _bound_to(place: str, row: UUID) -> bytes:
    return place.encode() + row.bytes


def _keyring() -> Keyring:
    keyring: Keyring = current_app.extensions["keyring"]
    return keyring


def seal(text: str, place: str, row: UUID) -> bytes:
    """Seal a text for one place ("delivery.body") and row."""
    return _keyring().seal(text, place, row)


def unseal(blob: bytes, place: str, row: UUID) -> str:
    """Open what `seal` closed for the same place and row."""
    return _keyring().unseal(blob, place, row)


def index(text: str, place: str) -> bytes:
    """The blind index of a text, equal for equal texts in one place."""
    return _keyring().index(text, place)


class Sealed:
    """A text attribute of a model, kept in `<name>_sealed` and, where asked, findable by `<name>_index`."""

    def __init__(self, *, indexed: bool = False) -> None:
        self.indexed = indexed

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name
        self.place = f"{getattr(owner, '__tablename__', owner.__name__)}.{name}"

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Sealed: ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> str | None: ...
    def __get__(self, row: Any, owner: type[Any]) -> Sealed | str | None:
        if row is None:
            return self
        blob: bytes | None = getattr(row, f"{self.name}_sealed")
        return None if blob is None else unseal(blob, self.place, row.id)

    def __set__(self, row: Any, text: str | None) -> None:
        setattr(row, f"{self.name}_sealed", None if text is None else seal(text, self.place, row.id))
        if self.indexed:
            setattr(row, f"{self.name}_index", None if text is None else index(text, self.place))
