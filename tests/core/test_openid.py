"""What a deployment says of the providers people sign in with: each wrong value is named, no secret is printed."""

from __future__ import annotations

import pytest

from app import config
from app.core import openid
from tests.stand_ins.oidc_provider import pem

GOOD = {
    "NHS_LOGIN_ISSUER": "https://auth.login.nhs.uk",
    "NHS_LOGIN_CLIENT_ID": "kith-riverside",
    "NHS_LOGIN_PRIVATE_KEY": pem("client"),
    "SSO_ISSUER": "https://login.employer.nhs.uk/tenant/v2.0",
    "SSO_CLIENT_ID": "kith",
    "SSO_CLIENT_SECRET": "q" * 40,
    "SSO_HOSTS": "graph.employer.nhs.uk",
    "SSO_SECOND_FACTOR": "mfa urn:nhs:aal3",
}


def read(**changes: str) -> tuple[tuple[openid.Provider, ...], list[str]]:
    faults: list[str] = []
    return openid.providers(config.LOGINS, GOOD | changes, faults, is_public=True), faults


def test_two_providers_are_read() -> None:
    (nhs, work), faults = read()
    assert faults == []
    assert (nhs.name, nhs.called, nhs.algorithm, nhs.hosts) == (
        "nhs_login",
        "NHS login",
        "RS512",
        {"auth.login.nhs.uk"},
    )
    assert work.hosts == {"login.employer.nhs.uk", "graph.employer.nhs.uk"}
    assert work.second_factor == {"mfa", "urn:nhs:aal3"}


def test_nothing_set_is_no_provider() -> None:
    assert read(NHS_LOGIN_ISSUER="", SSO_ISSUER="") == ((), [])


def test_a_key_may_stand_on_one_line() -> None:
    assert read(NHS_LOGIN_PRIVATE_KEY=pem("client").replace("\n", "\\n"))[1] == []


WRONG = {
    "no client": ({"NHS_LOGIN_CLIENT_ID": ""}, "NHS_LOGIN_CLIENT_ID is missing"),
    "no key": ({"NHS_LOGIN_PRIVATE_KEY": ""}, "NHS_LOGIN_PRIVATE_KEY or _CLIENT_SECRET is needed"),
    "a key that is none": ({"NHS_LOGIN_PRIVATE_KEY": "secret"}, "NHS_LOGIN_PRIVATE_KEY is not an RSA key"),
    "key and secret": ({"SSO_PRIVATE_KEY": pem("client")}, "SSO_PRIVATE_KEY or _CLIENT_SECRET is needed, one of both"),
    "plain http": ({"SSO_ISSUER": "http://login.employer.nhs.uk"}, "SSO_ISSUER must begin with https://"),
    "an address of the cloud": ({"SSO_HOSTS": "169.254.169.254"}, "SSO_ISSUER and _HOSTS are names of hosts"),
    "this machine": ({"SSO_ISSUER": "https://127.0.0.1:8443"}, "SSO_ISSUER and _HOSTS are names of hosts"),
    "this machine by six": ({"SSO_HOSTS": "[::1]:443"}, "SSO_ISSUER and _HOSTS are names of hosts"),
    "a name of this network": ({"SSO_HOSTS": "metadata"}, "SSO_ISSUER and _HOSTS are names of hosts"),
    "no signature": ({"SSO_ALGORITHM": "none"}, "SSO_ALGORITHM can be"),
    "a shared secret": ({"SSO_ALGORITHM": "HS256"}, "SSO_ALGORITHM can be"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named(changes: dict[str, str], said: str) -> None:
    _, faults = read(**changes)
    assert len(faults) == 1
    assert faults[0].startswith(said)


def test_no_secret_is_printed() -> None:
    for provider in read()[0]:
        assert "PRIVATE KEY" not in repr(provider)
        assert "q" * 40 not in repr(provider)


def test_every_variable_is_described() -> None:
    described = {name for name, *_ in openid.described(config.LOGINS)}
    assert set(GOOD) <= described
    assert described <= {variable.name for variable in config.VARIABLES}
