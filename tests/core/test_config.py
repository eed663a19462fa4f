"""The start: production refuses every missing, example, short or contradictory value and names it."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import config, create_app
from app.config import Misconfigured
from app.core import embedded
from app.notifications.service import sending
from tests.conftest import NOW, SECRETS, settings_for
from tests.people import World, signed_in

HOME = Path(__file__).resolve().parents[2]
ROLES = {"DATABASE_URL": "kith_app", "WORKER_DATABASE_URL": "kith_worker", "OWNER_DATABASE_URL": "kith_owner"}
PRODUCTION = {
    **{name: f"postgresql+psycopg://{role}:Xq7vN2@db.internal/kith" for name, role in ROLES.items()},
    "KITH_ENV": "production",
    "SECRET_KEY": "a3" * 32,
    "SEALING_KEYS": "k1:" + "A" * 43 + "=",
    "INDEX_KEY": "b4" * 32,
    "PUBLIC_URL": "https://kith.riverside.nhs.uk",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "c5" * 16,
    "TWILIO_MESSAGING_SERVICE_SID": "MG" + "1" * 32,
    "SMTP_HOST": "mail.riverside.nhs.uk",
    "SMTP_FROM": "kith@riverside.nhs.uk",
}


def test_production_starts_with_everything_it_needs() -> None:
    settings = config.from_environment(PRODUCTION)
    assert settings.is_production
    assert settings.sms_channel == "twilio"
    assert not settings.drafts_may_run
    assert settings.cookie_name == "__Host-kith"


def test_no_environment_at_all_is_production_and_names_everything_at_once() -> None:
    with pytest.raises(Misconfigured) as refused:
        config.from_environment({})
    for name in set(PRODUCTION) - {"KITH_ENV", "OWNER_DATABASE_URL"}:
        assert f"{name} " in str(refused.value)


NEEDED = sorted(set(PRODUCTION) - {"KITH_ENV", "OWNER_DATABASE_URL", "TWILIO_MESSAGING_SERVICE_SID"})


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_value_is_named(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is missing"):
        config.from_environment({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    "example", ["change-me-" + "x" * 30, "https://example.org/" + "x" * 20, "your-value-" + "x" * 30]
)
@pytest.mark.parametrize("name", NEEDED)
def test_an_example_value_is_named(name: str, example: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is still an example value"):
        config.from_environment(PRODUCTION | {name: example})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"KITH_ENV": "staging"}, "KITH_ENV is 'staging'"),
        ({"SECRET_KEY": "abc"}, "SECRET_KEY is shorter than 32"),
        ({"INDEX_KEY": "abc"}, "INDEX_KEY is shorter than 32"),
        ({"INDEX_KEY": PRODUCTION["SECRET_KEY"]}, "SECRET_KEY and INDEX_KEY are the same"),
        ({"SEALING_KEYS": "k1:AAAA"}, "SEALING_KEYS must be"),
        ({"SEALING_KEYS": "no key"}, "SEALING_KEYS must be"),
        ({"SMS_CHANNEL": "sandbox"}, "SMS_CHANNEL=sandbox sends nothing"),
        ({"SMS_CHANNEL": "pigeon"}, "SMS_CHANNEL can be"),
        ({"TWILIO_MESSAGING_SERVICE_SID": ""}, "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBER is missing"),
        ({"PUBLIC_URL": "http://kith.riverside.nhs.uk"}, "PUBLIC_URL must begin with https"),
        ({"PUBLIC_URL": "https://kith_live.riverside.nhs.uk"}, "underscore"),
        ({"EMAIL_CHANNEL": "sandbox"}, "EMAIL_CHANNEL=sandbox sends nothing"),
        ({"EMAIL_CHANNEL": "pigeon"}, "EMAIL_CHANNEL can be"),
        ({"SMTP_TLS": "none"}, "SMTP_TLS=none shows codes"),
        ({"SMTP_TLS": "ssl"}, "SMTP_TLS can be"),
        ({"SMTP_FROM": "Kith <kith@riverside.nhs.uk>"}, "SMTP_FROM is no e-mail address"),
        ({"SMTP_PORT": "65536"}, "SMTP_PORT is a number from 0 to 65535"),
        ({"SMTP_USER": "kith"}, "SMTP_USER and SMTP_PASSWORD go together"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_value_stops_the_start(changes: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        config.from_environment(PRODUCTION | changes)


def test_no_secret_is_in_what_settings_print() -> None:
    printed = repr(config.from_environment(PRODUCTION))
    for name in ("SECRET_KEY", "INDEX_KEY", "TWILIO_AUTH_TOKEN", "DATABASE_URL"):
        assert PRODUCTION[name] not in printed


def test_a_refused_start_repeats_no_value() -> None:
    with pytest.raises(Misconfigured) as refused:
        config.from_environment(PRODUCTION | {"SEALING_KEYS": "k1:topsecretvalue", "PUBLIC_URL": "http://h"})
    assert "topsecretvalue" not in str(refused.value)


def in_production(server: embedded.Server, database: str) -> dict[str, str]:
    urls = {variable: server.url(role, database) for variable, role in ROLES.items()}
    return PRODUCTION | urls | {key: SECRETS[key] for key in ("SEALING_KEYS", "LOG_LEVEL")}


def test_production_has_neither_demo_nor_sandbox(app: Flask, server: embedded.Server, database: str) -> None:
    made = create_app(config.from_environment(in_production(server, database)))
    assert not {"up", "reset-demo"} & set(made.cli.commands)
    assert "sandbox" not in made.blueprints
    assert {"up", "reset-demo"} <= set(app.cli.commands)


def test_production_does_not_start_on_a_demos_data(
    world: World, client: FlaskClient, server: embedded.Server, database: str
) -> None:
    reading = {
        "id": str(uuid4()),
        "measure": "oxygen_saturation",
        "measured_at": NOW.isoformat(),
        "value": 88,
        "unit": "%",
    }
    path = f"/api/patients/{world.mary_patient.id}/readings"
    assert client.post(path, json=reading, headers=signed_in(client, world.mary)).status_code == 201
    assert sending.send_all_due() == 1
    with pytest.raises(Misconfigured, match="sandbox"):
        create_app(config.from_environment(in_production(server, database)))


def test_the_table_of_settings_is_that_of_the_code() -> None:
    # Made by: .venv/bin/python -c "from app import config; print(config.table(), end='')" > docs/settings.md
    assert (HOME / "docs" / "settings.md").read_text("utf-8") == config.table()


def test_every_setting_that_the_code_reads_is_in_the_table() -> None:
    code = (HOME / "app" / "config.py").read_text("utf-8")
    read = set(re.findall(r'(?:need|get)\("([A-Z][A-Z_]+)"', code)) - {"FLASK_DEBUG"}
    assert read <= {variable.name for variable in config.VARIABLES}
    assert {"SECRET_KEY", "KITH_VAR"} <= read


def test_tests_and_demo_need_nothing_and_send_nothing(server: embedded.Server, database: str) -> None:
    settings = settings_for(server, database)
    assert settings.sms_channel == "sandbox"
    assert settings.drafts_may_run
    assert settings.kind == SECRETS["KITH_ENV"]
