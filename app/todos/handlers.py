"""What to-dos do about patients' events."""

from __future__ import annotations

from app.core.events import Handler
from app.patients.events import HandedOver
from app.todos import service


def _pass_on(event: HandedOver) -> None:
    service.pass_on(event.patient_id, event.team_id, event.coordinator_id)


# A patient who is handed over brings their open to-dos along.
pass_on = Handler("todos.pass_on", consider=lambda event: event, act=_pass_on)
