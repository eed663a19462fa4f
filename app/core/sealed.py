"""Personal text kept encrypted: AES-256-GCM, a key id in front, row and column as associated data.

Sealed form: 1 byte length of the key id, key id, 12 bytes nonce, ciphertext with tag. The blind index is a truncated
HMAC-SHA-256 under another key, so that a phone or an e-mail can be looked up without being readable.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Any, Self, overload
from uuid import UUID

import orjson
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

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))

    def seal(self, text: str, place: str, row: UUID) -> bytes:
        return self.seal_bytes(text.encode(), place, row)

    def seal_bytes(self, content: bytes, place: str, row: UUID) -> bytes:
        nonce = os.urandom(12)
        body = self.ciphers[self.newest].encrypt(nonce, content, _bound_to(place, row))
        return self.mark + nonce + body

    def unseal(self, blob: bytes, place: str, row: UUID) -> str:
        """Raises cryptography's InvalidTag where the blob was changed or moved to another row or column."""
        return self.unseal_bytes(blob, place, row).decode()

    def unseal_bytes(self, blob: bytes, place: str, row: UUID) -> bytes:
        start = 1 + blob[0]
        cipher = self.ciphers[blob[1:start].decode()]
        return cipher.decrypt(blob[start : start + 12], blob[start + 12 :], _bound_to(place, row))

    @property
    def mark(self) -> bytes:
        """How everything begins that is sealed now."""
        return _marked(self.newest)

    def index(self, text: str, place: str) -> bytes:
        return hmac.digest(self.index_key, f"{place}\0{text}".encode(), hashlib.sha256)[:16]


def _marked(name: str) -> bytes:
    return bytes([len(name)]) + name.encode()


def keyring_of(keys: str, index_key: str, faults: list[str]) -> Keyring:
    """Keys as `name:base64,name:base64`, each of 32 bytes; the first one seals."""
    ring: dict[str, bytes] = {}
    for part in filter(None, keys.split(",")):
        name, _, text = part.partition(":")
        try:
            ring[name] = base64.b64decode(text, validate=True)
        except ValueError:
            ring[name] = b""
        if len(ring[name]) != 32 or not 1 <= len(name) <= 20:
            faults.append("SEALING_KEYS must be name:base64 of 32 bytes, separated by commas")
            return Keyring({}, b"")
    return Keyring(ring, index_key.encode())


def _bound_to(place: str, row: UUID) -> bytes:
    return place.encode() + row.bytes


def keyring() -> Keyring:
    """The keys of this app."""
    keys: Keyring = current_app.extensions["keyring"]
    return keys


def seal(text: str, place: str, row: UUID) -> bytes:
    """Seal a text for one place ("delivery.body") and row."""
    return keyring().seal(text, place, row)


def unseal(blob: bytes, place: str, row: UUID) -> str:
    """Open what `seal` closed for the same place and row."""
    return keyring().unseal(blob, place, row)


def reseal(blob: bytes, place: str, row: UUID) -> bytes:
    """The same under the key that seals now."""
    keys = keyring()
    return keys.seal_bytes(keys.unseal_bytes(blob, place, row), place, row)


def seal_bytes(content: bytes, place: str, row: UUID) -> bytes:
    """Seal a file as `seal` does a text."""
    return keyring().seal_bytes(content, place, row)


def unseal_bytes(blob: bytes, place: str, row: UUID) -> bytes:
    """Open what `seal_bytes` closed."""
    return keyring().unseal_bytes(blob, place, row)


def index(text: str, place: str) -> bytes:
    """The blind index of a text, equal for equal texts in one place."""
    return keyring().index(text, place)


class SealedColumn:
    """An attribute of a model, kept in `<name>_sealed` and, where asked, findable by `<name>_index`.

    `was_clear`: rows of earlier versions hold it readable in `<name>_clear` until `flask rotate-keys` has sealed them.
    """

    def __init__(self, *, indexed: bool = False, was_clear: bool = False) -> None:
        self.indexed = indexed
        self.was_clear = was_clear

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name
        self.place = f"{getattr(owner, '__tablename__', owner.__name__)}.{name}"

    def written(self, value: Any) -> str:
        """The text that is sealed for a value."""
        return str(value)

    def value(self, text: str) -> Any:
        """The value that was sealed as a text."""
        return text

    def opened(self, blob: bytes, row: UUID) -> str:
        """The text that was sealed for one row."""
        return unseal(blob, self.place, row)

    def _text(self, row: Any) -> str | None:
        blob: bytes | None = getattr(row, f"{self.name}_sealed")
        return None if blob is None else self.opened(blob, row.id)

    def _clear(self, row: Any) -> Any:
        return getattr(row, f"{self.name}_clear") if self.was_clear else None

    def _keep(self, row: Any, text: str | None) -> None:
        setattr(row, f"{self.name}_sealed", None if text is None else seal(text, self.place, row.id))
        if self.was_clear:
            setattr(row, f"{self.name}_clear", None)
        if self.indexed:
            setattr(row, f"{self.name}_index", None if text is None else index(text, self.place))


class Sealed(SealedColumn):
    """A sealed text."""

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> str | None: ...
    def __get__(self, row: Any, owner: type[Any]) -> Self | str | None:
        if row is None:
            return self
        text = self._text(row)
        return self._clear(row) if text is None else text

    def __set__(self, row: Any, text: str | None) -> None:
        self._keep(row, text)


class SealedList(SealedColumn):
    """A sealed list of short texts, as JSON."""

    def written(self, value: Any) -> str:
        return orjson.dumps(value).decode()

    def value(self, text: str) -> list[str]:
        return list(orjson.loads(text))

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> list[str]: ...
    def __get__(self, row: Any, owner: type[Any]) -> Self | list[str]:
        if row is None:
            return self
        text = self._text(row)
        return list(self._clear(row) or ()) if text is None else self.value(text)

    def __set__(self, row: Any, texts: list[str]) -> None:
        self._keep(row, self.written(texts))


class SealedFile(SealedColumn):
    """A sealed file."""

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type[Any]) -> bytes | None: ...
    def __get__(self, row: Any, owner: type[Any]) -> Self | bytes | None:
        if row is None:
            return self
        blob: bytes | None = getattr(row, f"{self.name}_sealed")
        return None if blob is None else unseal_bytes(blob, self.place, row.id)

    def __set__(self, row: Any, content: bytes | None) -> None:
        setattr(row, f"{self.name}_sealed", None if content is None else seal_bytes(content, self.place, row.id))
