"""A stand-in for NHS login or an employer's sign-in: an OpenID provider over HTTP, with its faults on demand.

Written from OpenID Connect Core 1.0, RFC 7523 and RFC 7636, without the client's libraries, so that both sides of the
protocol are checked: it signs and verifies with plain RSA.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HASHES = {"RS256": hashes.SHA256(), "RS512": hashes.SHA512()}
MARY = {
    "sub": "nhs-login|mary",
    "given_name": "Mary",
    "family_name": "Okafor",
    "birthdate": "1948-03-09",
    "nhs_number": "9990000018",
}


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """A key of the tests: "provider", "client", or somebody else's."""
    return rsa.generate_private_key(65537, 2048)


def pem(name: str) -> str:
    """A private key as a setting holds it."""
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key(name).private_bytes(*kinds).decode()


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(header: dict[str, Any], claims: dict[str, Any], by: str = "provider") -> str:
    """A JWT by RSA, or without a signature, or by the fault of taking a public key for a shared secret."""
    head = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    if header["alg"] == "none":
        return f"{head}."
    if header["alg"] == "HS256":
        public = key("provider").public_key()
        shared = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return f"{head}.{encoded(hmac.digest(shared, head.encode(), 'sha256'))}"
    return f"{head}.{encoded(key(by).sign(head.encode(), padding.PKCS1v15(), HASHES[header['alg']]))}"


def public_jwk(name: str, key_id: str) -> dict[str, str]:
    numbers = key(name).public_key().public_numbers()
    n, e = (encoded(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "use": "sig", "kid": key_id, "n": n, "e": e}


@dataclass
class Grant:
    """What a code stands for until it is used."""

    asked: dict[str, str]
    user: dict[str, Any]
    level: str


@dataclass
class Provider:
    """The provider, who is signing in there, and what it does wrong.

    `level` is how well the user is known (P5, P9); `proves`: asked for more, they prove themselves. What a fault does
    stands where its name does.
    """

    now: Callable[[], float] = time.time
    algorithm: str = "RS512"
    user: dict[str, Any] = field(default_factory=lambda: dict(MARY))
    level: str = "P9"
    proves: bool = True
    extra: dict[str, Any] = field(default_factory=dict)  # claims of the id token besides
    faults: set[str] = field(default_factory=set)
    error: str | None = None
    secret: str | None = None  # the client's, where it signs nothing
    asked: list[dict[str, str]] = field(default_factory=list)  # every authorisation request
    refusals: list[str] = field(default_factory=list)  # why a token was refused
    fetched: list[str] = field(default_factory=list)  # every path that was asked for
    url: str = ""
    comes_back_to: str = ""
    client_id: str = "kith-tests"
    _grants: dict[str, Grant] = field(default_factory=dict)
    _tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    _assertions: set[str] = field(default_factory=set)

    def settings(self, prefix: str) -> dict[str, str]:
        """How a deployment of Kith is told of it."""
        told = {"ISSUER": self.url, "CLIENT_ID": self.client_id, "ALGORITHM": self.algorithm, "KEY_ID": "ours"}
        told |= {"CLIENT_SECRET": self.secret} if self.secret else {"PRIVATE_KEY": pem("client")}
        return {f"{prefix}_{name}": value for name, value in told.items()}

    def description(self) -> dict[str, Any]:
        places = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token", "userinfo")}
        if "strange host" in self.faults:
            places["token_endpoint"] = "http://169.254.169.254/token"
        issuer = "https://elsewhere.example" if "other issuer described" in self.faults else self.url
        return places | {"issuer": issuer, "jwks_uri": f"{self.url}/keys"}

    def authorised(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to; asserts that the request is what it should be."""
        self.asked.append(asked)
        assert asked["client_id"] == self.client_id
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == self.comes_back_to
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        assert len(asked["state"]) >= 43
        assert len(asked["nonce"]) >= 43
        if self.error:
            return self._back(error=self.error, error_description="<b>said by the provider</b>", state=asked["state"])
        code = secrets.token_urlsafe(16)
        self._grants[code] = Grant(asked, dict(self.user), self._reached(asked))
        return self._back(code=code, state=asked["state"])

    def _back(self, **said: str) -> str:
        return f"{self.comes_back_to}?{urlencode(said)}"

    def _reached(self, asked: dict[str, str]) -> str:
        wanted = json.loads(asked.get("vtr", "[]"))
        if self.level == "P5" and self.proves and wanted and not any(one.startswith("P5") for one in wanted):
            self.level = "P9"
        return self.level

    def tokens(self, form: dict[str, str], basic: str | None) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint."""
        grant = self._grants.pop(form.get("code", ""), None)
        wrong = self._client_fault(form, basic)
        if wrong is None and grant is None:
            wrong = "no such code"
        if wrong is None and grant is not None:
            challenge = encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
            if challenge != grant.asked["code_challenge"] or form["redirect_uri"] != grant.asked["redirect_uri"]:
                wrong = "another visit's code"
        if wrong is not None or grant is None:
            self.refusals.append(wrong or "")
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self._tokens[access] = grant.user | {"identity_proofing_level": grant.level}
        by = "somebody else" if "other key" in self.faults else "provider"
        id_token = signed(self._header(), self._claims(grant), by)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}

    def _client_fault(self, form: dict[str, str], basic: str | None) -> str | None:
        if self.secret:
            shown = base64.b64decode((basic or "").removeprefix("Basic ")).decode()
            return None if shown == f"{self.client_id}:{self.secret}" else "another secret"
        head, _, signature = form["client_assertion"].rpartition(".")
        header, claims = (json.loads(decoded(part)) for part in head.split("."))
        try:
            key("client").public_key().verify(
                decoded(signature), head.encode(), padding.PKCS1v15(), HASHES[self.algorithm]
            )
        except InvalidSignature:
            return "signature"
        fits = (
            form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            and (header["alg"], header["kid"]) == (self.algorithm, "ours")
            and claims["iss"] == claims["sub"] == self.client_id
            and claims["aud"] == f"{self.url}/token"
            and time.time() < claims["exp"] <= time.time() + 3700
            and claims["jti"] not in self._assertions
        )
        self._assertions.add(claims["jti"])
        return None if fits else "assertion"

    def _header(self) -> dict[str, Any]:
        header: dict[str, Any] = {"alg": self.algorithm, "kid": "theirs", "typ": "JWT"}
        changes = {
            "alg none": {"alg": "none"},
            "shared secret": {"alg": "HS256"},
            "other algorithm": {"alg": "RS256"},
            "unknown key": {"kid": "unheard of"},
            "no key id": {"kid": None},
            "embedded key": {"kid": "own", "jwk": public_jwk("somebody else", "own")},
        }
        for fault in self.faults & changes.keys():
            header |= changes[fault]
        return header

    def _claims(self, grant: Grant) -> dict[str, Any]:
        now = int(self.now())
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": grant.user["sub"],
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.asked["nonce"],
        }
        if grant.asked.get("max_age") == "0":  # it has asked them to sign in anew
            claims["auth_time"] = now
        if "vtr" in grant.asked:
            claims |= {"vot": f"{grant.level}.Cp.Cd", "identity_proofing_level": grant.level}
        changes = {
            "wrong nonce": {"nonce": "of another visit"},
            "wrong vot": {"vot": "P0.Cp"},
            "no second factor": {"vot": "P9.Cp"},
            "expired": {"exp": now - 60},
            "not yet": {"nbf": now + 600},
            "other issuer": {"iss": "https://elsewhere.example"},
            "other audience": {"aud": "another service"},
            "also for another": {"aud": [self.client_id, "another service"], "azp": "another service"},
            "subject is no text": {"sub": 7},
            "a session that ran there": {"auth_time": now - 3600},
            "a moment ago": {"auth_time": now - 120},
            "not said when": {"auth_time": None},
            "in the future": {"auth_time": now + 600},
            "at no time": {"auth_time": float("nan")},
            "a truth": {"auth_time": True},
        }
        for fault in self.faults & changes.keys():
            claims |= changes[fault]
        claims |= self.extra
        if "no nonce" in self.faults:
            del claims["nonce"]
        return claims

    def known(self, bearer: str) -> dict[str, Any] | None:
        """The answer of the userinfo endpoint."""
        found = self._tokens.get(bearer)
        if found is not None and "other subject" in self.faults:
            return found | {"sub": "somebody else"}
        return found


class _Handler(http.server.BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts, provider = urlsplit(self.path), self.provider
        provider.fetched.append(parts.path)
        if parts.path == "/authorization":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._answer(302, b"", Location=provider.authorised(asked))
        elif parts.path == "/.well-known/openid-configuration":
            self._json(500 if "down" in provider.faults else 200, provider.description())
        elif parts.path == "/keys":
            self._json(200, {"keys": [public_jwk("provider", "theirs")]})
        elif parts.path == "/userinfo":
            found = provider.known(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._json(200 if found else 401, found or {})
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        provider = self.provider
        provider.fetched.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "slow" in provider.faults:
            threading.Event().wait(7)
        if "redirects" in provider.faults:
            self._answer(307, b"", Location=f"{provider.url}/elsewhere")
        elif "talks nonsense" in provider.faults:
            self._answer(200, b"<html>", **{"Content-Type": "text/html"})
        else:
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(*provider.tokens(form, self.headers.get("Authorization")))

    def _json(self, status: int, answer: dict[str, Any]) -> None:
        self._answer(status, json.dumps(answer).encode(), **{"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who was kept waiting has gone
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@contextlib.contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider, answering on a port of its own."""
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
