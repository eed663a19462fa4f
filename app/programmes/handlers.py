"""What monitoring by text does about patients' events."""

from __future__ import annotations

from typing import Any

from app.core.events import Handler
from app.patients import queries as patients
from app.patients.events import CareEnded, ZoneChanged
from app.programmes.service import running


def _itself(event: Any) -> Any:
    return event


def _end(event: CareEnded) -> None:
    running.end(patients.admitted([event.patient_id])[event.patient_id], None)


# From the commit that ends care on nobody is asked for anything.
END = Handler("programmes.end", consider=_itself, act=_end)


def _move(event: ZoneChanged) -> None:
    running.move(patients.admitted([event.patient_id])[event.patient_id])


# The times of the day are those of the patient's zone.
MOVE = Handler("programmes.move", consider=_itself, act=_move)
