"""A reading arrives, is judged, and the named coordinator is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.alerts.models import Alert, Finding
from app.core.db import db
from app.notifications.models import Delivery
from app.readings.models import Reading
from tests.conftest import NOW
from tests.people import World, signed_in


@pytest.fixture
def mary(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world.mary)


def oxygen(value: float, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "measure": "oxygen_saturation",
        "measured_at": NOW.isoformat(),
        "value": value,
        "unit": "%",
        "context": {"on_oxygen": False},
    } | more


def test_88_on_air_is_red_and_priya_is_texted(client: FlaskClient, world: World, mary: dict[str, str]) -> None:
    answer = client.post(f"/api/patients/{world.mary_patient.id}/readings", json=oxygen(88), headers=mary)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    reply = answer.get_json()["reply"]
    assert reply["severity"] == "red"
    assert "Priya Shah" in reply["who"]
    assert "10:15 today" in reply["who"]
    alert = db.session.scalars(select(Alert)).one()
    assert (alert.severity, alert.owner_id, alert.state) == ("red", world.priya.id, "open")
    assert alert.acknowledge_by == NOW + timedelta(minutes=15)
    delivery = db.session.scalars(select(Delivery)).one()
    assert delivery.recipient_id == world.priya.id
    body = re.sub(r"https?://\S+", "", delivery.body or "")  # an id in the link may hold any digits
    assert "Priya" in body
    assert "Mary O." in body
    assert "Okafor" not in body
    assert "88" not in body


def test_a_resend_is_answered_as_the_first_time(client: FlaskClient, world: World, mary: dict[str, str]) -> None:
    sent = oxygen(88)
    url = f"/api/patients/{world.mary_patient.id}/readings"
    first, second = client.post(url, json=sent, headers=mary), client.post(url, json=sent, headers=mary)
    assert first.get_json() == second.get_json()
    assert second.status_code == 201
    assert len(db.session.scalars(select(Reading)).all()) == 1
    assert len(db.session.scalars(select(Finding)).all()) == 1
    other = client.post(url, json=sent | {"value": 89}, headers=mary)
    assert other.status_code == 409
