"""What goals do about patients' events."""

from __future__ import annotations

from typing import Any

from app.core.events import Event, Handler
from app.goals.service import letting_go


def _itself(event: Any) -> Any:
    return event


def _let_go(event: Event) -> None:
    letting_go.of_patient(event.patient_id)


# Whoever may help no more is no helper from that commit on; what ends in silence the clock finds.
LET_GO = Handler("goals.let_go", consider=_itself, act=_let_go)
