"""Web push: the key that push services know this service by (VAPID, RFC 8292), and which services those are. Pure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Those of Chrome, Edge, Firefox and Safari.
SERVICES: Final = "fcm.googleapis.com *.push.services.mozilla.com *.notify.windows.com web.push.apple.com"
DESCRIBED: Final = (
    ("PUSH_CHANNEL", "web, sandbox (refused in production), or none: then no browser can be told", "none; else web"),
    ("VAPID_PRIVATE_KEY", "P-256, its 32 bytes in base64url: signs pushes, and is never changed", "needed for web"),
    ("PUSH_SERVICES", "hosts of browsers' push services, by spaces; *.host for all below one", SERVICES),
)


@dataclass(frozen=True, slots=True)
class Push:
    """How browsers are told."""

    channel: str = "none"
    private_key: str = field(default="", repr=False)
    services: tuple[str, ...] = ()

    @property
    def public_key(self) -> str:
        """The key as a browser is given it."""
        point = signing_key(self.private_key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return text_of(point)

    def knows(self, endpoint: str) -> bool:
        """Is this the address of one of the push services? A test's own service is named with http:// and its port."""
        try:
            parts = urlsplit(endpoint)
            port = parts.port
        except ValueError:
            return False
        if f"{parts.scheme}://{parts.netloc}" in self.services:
            return True
        plain = parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc and "\\" not in endpoint
        return plain and any(_is_below(parts.hostname or "", one) for one in self.services)


OFF: Final = Push()


def push(kind: str, values: Mapping[str, str], need: Callable[[str], str], faults: list[str]) -> Push:
    """Read the settings of web push; faults are added to those found so far."""
    channel = values.get("PUSH_CHANNEL", "none" if kind == "production" else "web")
    made = Push(
        channel,
        need("VAPID_PRIVATE_KEY") if channel == "web" else "",
        tuple(values.get("PUSH_SERVICES", SERVICES).split()),
    )
    if channel not in ("web", "sandbox", "none"):
        faults.append("PUSH_CHANNEL can be web, sandbox or none")
    if made.private_key and not _is_key(made.private_key):
        faults.append("VAPID_PRIVATE_KEY is not a key of 32 bytes in base64url")
    if kind == "production" and channel == "sandbox":
        faults.append("PUSH_CHANNEL=sandbox tells nobody, so it is refused in production")
    if kind == "production" and any("://" in one or one.rpartition(".")[2].isdecimal() for one in made.services):
        faults.append("PUSH_SERVICES are names of hosts in the world, not addresses")
    return made


def new_key() -> str:
    """A private key as the settings hold it."""
    return text_of(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def signing_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The key in a setting; raises ValueError for what is none."""
    value = bytes_of(text)
    if len(value) != 32:
        raise ValueError("not 32 bytes")
    return ec.derive_private_key(int.from_bytes(value, "big"), ec.SECP256R1())


def is_public_key(point: bytes) -> bool:
    """Is this a point of P-256, as a browser's key is?"""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65


def text_of(value: bytes) -> str:
    """Base64url without padding, as web push has it everywhere."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """The reverse; raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _is_key(text: str) -> bool:
    try:
        signing_key(text)
    except ValueError:
        return False
    return True


def _is_below(host: str, allowed: str) -> bool:
    return host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]))
