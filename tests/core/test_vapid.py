"""Settings of web push: the key is ours, kept, never shown; what production must not start with is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import config
from app.config import Misconfigured
from app.core import this_machine, vapid
from tests.core.test_config import PRODUCTION

KEY = vapid.new_key()


def test_production_pushes_only_where_it_is_asked_to() -> None:
    assert config.from_environment(PRODUCTION).push.channel == "none"
    made = config.from_environment(PRODUCTION | {"PUSH_CHANNEL": "web", "VAPID_PRIVATE_KEY": KEY})
    assert (made.push.channel, made.push.services) == ("web", tuple(vapid.SERVICES.split()))
    assert KEY not in repr(made)


WRONG = [
    ("VAPID_PRIVATE_KEY is missing", {"PUSH_CHANNEL": "web"}),
    ("VAPID_PRIVATE_KEY is not a key", {"PUSH_CHANNEL": "web", "VAPID_PRIVATE_KEY": "AAAA"}),
    ("VAPID_PRIVATE_KEY is not a key", {"PUSH_CHANNEL": "web", "VAPID_PRIVATE_KEY": "A" * 43}),
    ("VAPID_PRIVATE_KEY is not a key", {"PUSH_CHANNEL": "web", "VAPID_PRIVATE_KEY": "?" * 43}),
    ("PUSH_CHANNEL can be", {"PUSH_CHANNEL": "post"}),
    ("PUSH_CHANNEL=sandbox", {"PUSH_CHANNEL": "sandbox"}),
    ("PUSH_SERVICES", {"PUSH_SERVICES": "http://127.0.0.1:9"}),
    ("PUSH_SERVICES", {"PUSH_SERVICES": "fcm.googleapis.com 10.0.0.1"}),
]


@pytest.mark.parametrize("named, change", WRONG)
def test_what_is_wrong_is_named(named: str, change: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=named):
        config.from_environment(PRODUCTION | change)


def test_a_key_is_made_once_for_this_machine_and_added_to_secrets_of_before(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("SECRET_KEY=of-before\n")
    environment = {"DATABASE_URL": "none is started"}
    first, second = (this_machine.values(environment, tmp_path, "none") for _ in range(2))
    assert first == second
    assert first["SECRET_KEY"] == "of-before"
    assert vapid.is_public_key(vapid.bytes_of(vapid.Push("web", first["VAPID_PRIVATE_KEY"]).public_key))
