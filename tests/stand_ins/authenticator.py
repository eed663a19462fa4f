"""An authenticator of passkeys in software: real keys, real signatures, as a phone or a security key makes them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Authenticator:
    """Holds passkeys for one site and one browser's origin; ES256, attestation none, a counter that goes up."""

    host: str = "localhost"
    origin: str = "http://localhost"
    verifies: bool = True
    counts: bool = True
    count: int = 0
    keys: dict[bytes, tuple[ec.EllipticCurvePrivateKey, bytes]] = field(default_factory=dict)

    def make(self, options: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """What navigator.credentials.create() gives for these options; `changed` tells a lie in the client data."""
        key, credential_id = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self.keys[credential_id] = (key, decoded(options["user"]["id"]))
        public = key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        known = bytes(16) + struct.pack(">H", len(credential_id)) + credential_id + cose
        data = self._data(WITH_KEY) + known
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], changed)
        response = {"attestationObject": encoded(attestation), "transports": ["internal", "hybrid"]}
        return self._answer(credential_id, client, response)

    def show(self, options: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """What navigator.credentials.get() gives for these options, with the first key that is asked for or held."""
        asked = [decoded(one["id"]) for one in options.get("allowCredentials", ())]
        credential_id = next(one for one in self.keys if not asked or one in asked)
        key, handle = self.keys[credential_id]
        client, data = self._client("webauthn.get", options["challenge"], changed), self._data()
        signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": encoded(data),
            "signature": encoded(signature),
            "userHandle": encoded(handle),
        }
        return self._answer(credential_id, client, response)

    def _data(self, more: int = 0) -> bytes:
        self.count += self.counts
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str, changed: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | changed).encode()

    def _answer(self, credential_id: bytes, client: bytes, response: dict[str, Any]) -> dict[str, Any]:
        name = encoded(credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {"clientDataJSON": encoded(client), **response},
        }
