"""An OpenID provider that people may sign in with: its settings and what is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
SHORTEST_KEY = 2048


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and how we prove to it who we are: by a signed assertion or, where it takes none, by a secret."""

    name: str
    called: str
    issuer: str
    client_id: str
    algorithm: str  # the only one its tokens and our assertions are signed with
    scopes: str
    hosts: frozenset[str]  # where its addresses may lead
    private_key: str = field(default="", repr=False)
    key_id: str = ""
    secret: str = field(default="", repr=False)
    second_factor: frozenset[str] = frozenset()  # values of acr or amr that stand for a second factor


@dataclass(frozen=True, slots=True)
class Kind:
    """What is usual for one provider: how people call it, how it signs, what it is asked for."""

    called: str
    algorithm: str
    scopes: str
    is_of_staff: bool = False  # may be any product, so more of it can be set


def described(kinds: Mapping[str, Kind]) -> list[tuple[str, str, str]]:
    """The variables of these providers: name, what it is, what holds where it is not set."""
    return [one for prefix, kind in kinds.items() for one in _described(prefix, kind)]


def _described(prefix: str, kind: Kind) -> list[tuple[str, str, str]]:
    every = [
        ("ISSUER", f"https://..., the issuer of {kind.called}, as its description says", "nobody signs in with it"),
        ("CLIENT_ID", "as what it knows this service", "needed with it"),
        (
            "PRIVATE_KEY",
            "RSA of 2048 bits or more as PEM: signs what this service says to it",
            "needed with the issuer",
        ),
        ("KEY_ID", "the id under which it knows the public key", "none is named"),
    ]
    of_staff = [
        ("CLIENT_SECRET", "instead of the private key, for a provider that takes none", "the private key"),
        ("NAME", "what people call it, as on the button", kind.called),
        ("ALGORITHM", "the one algorithm it signs with", kind.algorithm),
        ("SCOPES", "what it is asked for", kind.scopes),
        ("HOSTS", "other hosts its addresses lead to, by spaces", "the issuer's only"),
        (
            "SECOND_FACTOR",
            "values of acr or amr that stand for a second factor, by spaces; the token must say auth_time too",
            "none: ours is asked for",
        ),
    ]
    return [(f"{prefix}_{name}", *rest) for name, *rest in every + (of_staff if kind.is_of_staff else [])]  # type: ignore[misc]


def providers(
    kinds: Mapping[str, Kind], values: Mapping[str, str], faults: list[str], *, is_public: bool
) -> tuple[Provider, ...]:
    """Read the providers whose issuer is set; faults are added to those found so far."""
    found = [_provider(prefix, kind, values) for prefix, kind in kinds.items() if values.get(f"{prefix}_ISSUER")]
    faults += [f"{one.name.upper()}_{fault}" for one in found for fault in _faults(one, is_public=is_public)]
    return tuple(found)


def _provider(prefix: str, kind: Kind, values: Mapping[str, str]) -> Provider:
    def value(name: str, otherwise: str = "") -> str:
        return values.get(f"{prefix}_{name}") or otherwise

    return Provider(
        name=prefix.lower(),
        called=value("NAME", kind.called),
        issuer=value("ISSUER"),
        client_id=value("CLIENT_ID"),
        algorithm=value("ALGORITHM", kind.algorithm),
        scopes=value("SCOPES", kind.scopes),
        hosts=frozenset({urlsplit(value("ISSUER")).netloc.lower(), *value("HOSTS").lower().split()}),
        private_key=value("PRIVATE_KEY").replace("\\n", "\n"),
        key_id=value("KEY_ID"),
        secret=value("CLIENT_SECRET"),
        second_factor=frozenset(value("SECOND_FACTOR").split()),
    )


def _faults(made: Provider, *, is_public: bool) -> list[str]:
    found = []
    if is_public and any(_is_inside(host) for host in made.hosts):
        found.append("ISSUER and _HOSTS are names of hosts in the world, not addresses or hosts of this network")
    if is_public and not made.issuer.startswith("https://"):
        found.append("ISSUER must begin with https://")
    if not made.client_id:
        found.append("CLIENT_ID is missing")
    if bool(made.private_key) == bool(made.secret):
        found.append("PRIVATE_KEY or _CLIENT_SECRET is needed, one of both")
    if made.private_key and not _is_good_key(made.private_key):
        found.append(f"PRIVATE_KEY is not an RSA key of {SHORTEST_KEY} bits or more as PEM")
    if made.algorithm not in ALGORITHMS:
        found.append(f"ALGORITHM can be {', '.join(ALGORITHMS)}")
    return found


def _is_inside(host: str) -> bool:
    """A host that is named by an address, or by a name without a dot: never a provider's, maybe one of our own."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return bool(ip_address(name))
    except ValueError:
        return "." not in name or name.endswith((".localhost", ".local", ".internal"))


def _is_good_key(pem: str) -> bool:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        return False
    return isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_KEY
