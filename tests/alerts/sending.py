"""Sending readings as Mary or Mr Khan would, for the tests of alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from app.alerts.models import Alert, AlertEvent, Finding
from app.core import clock
from app.core.db import db
from app.notifications.models import Delivery

Sent = Callable[..., dict[str, Any]]


@dataclass
class Sender:
    """Somebody who sends readings for one patient."""

    client: FlaskClient
    headers: dict[str, str]
    patient_id: UUID

    @property
    def url(self) -> str:
        return f"/api/patients/{self.patient_id}/readings"

    def post(self, measure: str, value: object, unit: str, at: datetime | None = None, **more: Any) -> Any:
        body = {
            "id": str(more.pop("id", uuid4())),
            "measure": measure,
            "measured_at": (at or clock.now()).isoformat(),
            "value": value,
            "unit": unit,
        }
        return self.client.post(self.url, json=body | more, headers=self.headers)

    def send(self, measure: str, value: object, unit: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
        answer = self.post(measure, value, unit, at, **more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def oxygen(self, value: float, at: datetime | None = None, *, on_oxygen: bool = False) -> dict[str, Any]:
        return self.send("oxygen_saturation", value, "%", at, context={"on_oxygen": on_oxygen})

    def weight(self, value: float, at: datetime | None = None) -> dict[str, Any]:
        return self.send("weight", value, "kg", at)


def alerts() -> list[Alert]:
    db.session.expire_all()
    return list(db.session.scalars(select(Alert).order_by(Alert.opened_at, Alert.id)))


def findings() -> list[Finding]:
    db.session.expire_all()
    return list(db.session.scalars(select(Finding).order_by(Finding.measured_at, Finding.rule)))


def deliveries() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.id)))


def history(alert: Alert) -> list[str]:
    where = AlertEvent.alert_id == alert.id
    return list(db.session.scalars(select(AlertEvent.kind).where(where).order_by(AlertEvent.created_at, AlertEvent.id)))
