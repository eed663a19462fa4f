"""Access tokens: one algorithm, one key, every claim checked; a dozen forgeries are refused (security.md S10)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app.identity import tokens
from tests.conftest import NOW

KEY = tokens.key_from("a secret of the tests, long enough to be one")
SESSION = uuid4()
HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": "a1"}
CLAIMS = {"iss": "kith", "aud": "kith-api", "exp": int((NOW + timedelta(minutes=10)).timestamp()), "sid": str(SESSION)}


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any = KEY, **more: Any) -> str:
    return jwt.encode(HEADER | header, {**CLAIMS, **claims}, key, **more)


def unsigned(header: dict[str, Any]) -> str:
    parts = (json.dumps(HEADER | header), json.dumps(CLAIMS))
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_speaks_of_its_session_for_ten_minutes() -> None:
    token = tokens.access_token(SESSION, KEY, NOW)
    assert tokens.session_of(token, KEY, NOW) == SESSION
    assert tokens.session_of(token, KEY, NOW + timedelta(minutes=9, seconds=59)) == SESSION
    assert tokens.session_of(token, KEY, NOW + timedelta(minutes=10)) is None
    assert tokens.session_of(signed({}, {}), KEY, NOW) == SESSION  # the forgeries below differ from this in one thing


RSA = RSAKey.generate_key(2048)
FORGED = {
    "no algorithm": unsigned({"alg": "none"}),
    "no algorithm, spelled otherwise": unsigned({"alg": "nOnE"}),
    "another key": signed({}, {}, OctKey.generate_key(256)),
    "another algorithm": signed({"alg": "HS512"}, {}, algorithms=["HS512"]),
    "a public key's algorithm": signed({"alg": "RS256"}, {}, RSA, algorithms=["RS256"]),
    "an embedded key": signed({"jwk": OctKey.generate_key(256).as_dict()}, {}, OctKey.generate_key(256)),
    "a key from elsewhere": signed({"jku": "https://evil.example/keys"}, {}, OctKey.generate_key(256)),
    "another type": signed({"typ": "JWT"}, {}),
    "another key id": signed({"kid": "a2"}, {}),
    "another issuer": signed({}, {"iss": "evil"}),
    "another audience": signed({}, {"aud": "kith"}),
    "run out": signed({}, {"exp": int(NOW.timestamp())}),
    "an end that is no number": signed({}, {"exp": "never"}),
    "no session": signed({}, {"sid": "everybody"}),
    "a changed body": signed({}, {}).replace(".", ".e", 1),
    "nothing": "",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_forged_tokens_speak_of_nobody(token: str) -> None:
    assert tokens.session_of(token, KEY, NOW) is None
