"""Ask an OpenID provider who somebody is: the code flow, with Authlib's pieces (OpenID Connect Core 1.0, RFC 7636).

Knows no clock, no request and no table. Where an address leads is on a list from our settings, redirects are not
followed, and everything has an end in time (security.md S10, S32).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from app.core.openid import Provider

PATIENCE: Final = (3.0, 5.0)  # seconds to be connected, and between two signs of life
KEPT: Final = timedelta(hours=1)
ASK_FOR_KEYS_EACH: Final = timedelta(minutes=1)
LARGEST_ANSWER: Final = 100_000
CLOCKS_DIFFER: Final = 30  # seconds
_WHERE: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Away(Exception):
    """The provider did not answer as a provider does."""


class NotBelieved(Exception):
    """What came back is not what was asked for; its message names the reason, never a person."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one sign-in is bound to: derived from a secret of the browser's, so nothing of it need be stored."""

    state: str
    secret: str

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """The code verifier of RFC 7636: 43 characters."""
        return self._derived("verifier")

    def _derived(self, purpose: str) -> str:
        made = hmac.digest(self.secret.encode(), f"{purpose}\0{self.state}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider says of somebody: signed for this sign-in, and what else it knows of them."""

    subject: str
    signed: Mapping[str, Any]
    known: Mapping[str, Any]


class Client:
    """One provider as this deployment knows it; safe to share between threads."""

    def __init__(self, provider: Provider, comes_back_to: str) -> None:
        self.provider, self.comes_back_to = provider, comes_back_to
        self._lock = threading.Lock()
        self._places: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def address(self, visit: Visit, now: datetime, **asked: str) -> str:
        """Where to send the browser; raises Away."""
        with self._session() as session:
            places = self._found(session, now)
            address, _ = session.create_authorization_url(
                places["authorization_endpoint"],
                state=visit.state,
                code_verifier=visit.verifier,
                nonce=visit.nonce,
                **asked,
            )
        return str(address)

    def told(self, code: str, visit: Visit, now: datetime) -> Told:
        """Who came back with this code; raises Away, and NotBelieved for anything that does not fit this visit."""
        with self._session() as session:
            places = self._found(session, now)
            tokens = self._tokens(session, places, code, visit)
            signed = self._checked(session, places, tokens, visit, now)
            known = self._known(session, places) if "userinfo_endpoint" in places else signed
        if known.get("sub") != signed["sub"]:
            raise NotBelieved("two subjects")
        return Told(str(signed["sub"]), signed, known)

    def _session(self) -> OAuth2Session:
        by_key = bool(self.provider.private_key)
        session = OAuth2Session(
            self.provider.client_id,
            RSAKey.import_key(self.provider.private_key) if by_key else self.provider.secret,
            scope=self.provider.scopes,
            redirect_uri=self.comes_back_to,
            code_challenge_method="S256",
            token_endpoint_auth_method="private_key_jwt" if by_key else "client_secret_basic",
            default_timeout=PATIENCE,
        )
        session.trust_env = False  # no proxy, no netrc of this machine
        return session

    def _found(self, session: OAuth2Session, now: datetime) -> dict[str, Any]:
        """The provider's own description, kept for an hour; every address in it must be on our list."""
        with self._lock:
            if self._places and now - self._places[0] < KEPT:
                return self._places[1]
        issuer = self.provider.issuer
        places = self._get(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if places.get("issuer") != issuer or any(name not in places for name in _WHERE):
            raise Away("description")
        for name in (*_WHERE, "userinfo_endpoint"):
            self._allowed(str(places.get(name, issuer)))
        with self._lock:
            self._places = (now, places)
        return places

    def _allowed(self, address: str) -> str:
        parts = urlsplit(address)
        is_as_safe = parts.scheme == "https" or self.provider.issuer.startswith("http://")
        if parts.netloc.lower() not in self.provider.hosts or not is_as_safe:
            raise Away("host")
        return address

    def _get(self, session: OAuth2Session, address: str, *, as_bearer: bool = False) -> dict[str, Any]:
        try:
            answer = session.get(
                self._allowed(address), withhold_token=not as_bearer, allow_redirects=False, stream=True
            )
            with answer:
                body = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            read = json.loads(body) if answer.status_code == 200 else None
        except (requests.RequestException, OAuthError, OSError, ValueError) as error:
            raise Away(type(error).__name__) from None
        if not isinstance(read, dict) or len(body) > LARGEST_ANSWER:
            raise Away(f"answer {answer.status_code}")
        return read

    def _tokens(self, session: OAuth2Session, places: dict[str, Any], code: str, visit: Visit) -> dict[str, Any]:
        place = places["token_endpoint"]
        header = {"kid": self.provider.key_id} if self.provider.key_id else {}
        session.register_client_auth_method(PrivateKeyJWT(place, headers=header, alg=self.provider.algorithm))
        try:
            tokens = session.fetch_token(
                self._allowed(place),
                grant_type="authorization_code",
                code=code,
                code_verifier=visit.verifier,
                allow_redirects=False,
            )
        except OAuthError:
            raise NotBelieved("code refused") from None
        except (requests.RequestException, ValueError) as error:
            raise Away(type(error).__name__) from None
        if "id_token" not in tokens or "access_token" not in tokens:
            raise Away("tokens")
        return dict(tokens)

    def _checked(
        self, session: OAuth2Session, places: dict[str, Any], tokens: dict[str, Any], visit: Visit, now: datetime
    ) -> dict[str, Any]:
        """The claims of an id token: one algorithm, our own list of keys, this issuer, audience, nonce and time."""
        provider = self.provider
        try:
            keys = self._known_keys(session, places, _key_id(tokens["id_token"]), now)
            token = jwt.decode(tokens["id_token"], keys, algorithms=[provider.algorithm])
            must_be = {"iss": provider.issuer, "aud": provider.client_id}
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={name: {"essential": True, "value": value} for name, value in must_be.items()},
                params={"nonce": visit.nonce, "client_id": provider.client_id, "access_token": tokens["access_token"]},
            )
            claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotBelieved(f"id token: {type(error).__name__}") from None
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise NotBelieved("id token: no subject")
        return dict(claims)

    def _known_keys(self, session: OAuth2Session, places: dict[str, Any], key_id: str, now: datetime) -> KeySet:
        """The provider's keys; asked for again when it signs with one we have not seen, once a minute at most."""
        with self._lock:
            kept = self._keys
        if kept:
            age, is_known = now - kept[0], any(key.kid == key_id for key in kept[1].keys)
            if age < (KEPT if is_known else ASK_FOR_KEYS_EACH):
                return kept[1]
        keys = KeySet.import_key_set(self._get(session, places["jwks_uri"]))  # type: ignore[arg-type]
        with self._lock:
            self._keys = (now, keys)
        return keys

    def _known(self, session: OAuth2Session, places: dict[str, Any]) -> dict[str, Any]:
        return self._get(session, places["userinfo_endpoint"], as_bearer=True)


def signed_in_at(signed: Mapping[str, Any], now: datetime, within: timedelta) -> datetime | None:
    """When somebody showed there who they are, as the token says; None where it does not say, or not `within`."""
    said = signed.get("auth_time")
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    ago = now.timestamp() - said
    return now - timedelta(seconds=max(ago, 0)) if -CLOCKS_DIFFER <= ago <= within.total_seconds() else None


def _key_id(token: str) -> str:
    """Which key it says it was signed with; every token must say so."""
    padded = token.split(".", 1)[0]
    header = json.loads(base64.urlsafe_b64decode(padded + "=" * (-len(padded) % 4)))
    return str(header["kid"])
