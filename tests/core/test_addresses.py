"""Where requests come from, as it is counted: one line for one household, however many addresses it has."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.core import addresses

COUNTED = {
    "192.0.2.7": "192.0.2.7",
    "::ffff:192.0.2.7": "192.0.2.7",
    "::ffff:c000:207": "192.0.2.7",
    "2001:db8:0:1::1": "2001:db8:0:1::/64",
    "2001:DB8:0:1:ffff:ffff:ffff:ffff": "2001:db8:0:1::/64",
    "2001:db8:0:2::1": "2001:db8:0:2::/64",
    "fe80::1%eth0": "fe80::/64",
    "::1": "::/64",
    "": "",
    "unix:": "unix:",
}


@pytest.mark.parametrize(("address", "counted"), COUNTED.items())
def test_how_an_address_is_counted(address: str, counted: str) -> None:
    assert addresses.counted(address) == counted


# what is asked, how often it may be from one address, with a new body for each
ASKED = {
    "/api/sign-in/passkey/options": (100, None),
    "/api/sign-in/code": (30, "{:03}.nobody@kith.example"),
}


@pytest.mark.parametrize(("path", "often", "who"), [(path, *rest) for path, rest in ASKED.items()])
def test_another_address_of_the_same_network_is_the_same_caller(
    client: FlaskClient, path: str, often: int, who: str | None
) -> None:
    def ask(number: int, address: str) -> int:
        body = {"json": {"identifier": who.format(number)}} if who else {}
        return client.post(path, environ_base={"REMOTE_ADDR": address}, **body).status_code  # type: ignore[arg-type]

    answers = [ask(n, f"2001:db8:0:1::{n:x}") for n in range(often + 1)]
    assert 429 not in answers[:-1]
    assert answers[-1] == 429
    assert ask(often + 2, "2001:db8:0:2::1") != 429
