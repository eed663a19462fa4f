"""What medicines do about patients' events."""

from __future__ import annotations

from typing import Any

from app.core.events import Event, Handler
from app.medicines.service import remaking
from app.patients import queries as patients


def _remake(event: Event) -> None:
    # Read anew: what the request was admitted to is older than what has just been changed.
    remaking.remake_all(patients.admitted([event.patient_id])[event.patient_id])


def _itself(event: Any) -> Any:
    return event


# From the commit that ends care on nothing reminds; a record that is opened again goes on with its schedules.
FOLLOW_CARE = Handler("medicines.follow_care", consider=_itself, act=_remake)
# Wall times are those of the patient's zone.
FOLLOW_ZONE = Handler("medicines.follow_zone", consider=_itself, act=_remake)
