"""What ratings do about patients' events."""

from __future__ import annotations

from typing import Any

from app.core.events import Handler
from app.patients import queries as patients
from app.patients.events import CareEnded, CareReopened
from app.ratings.service import courses


def _itself(event: Any) -> Any:
    return event


def _end(event: CareEnded) -> None:
    courses.end_with_care(patients.admitted([event.patient_id])[event.patient_id])


# From the commit that ends care on nobody is asked to rate.
END = Handler("ratings.end", consider=_itself, act=_end)


def _open_again(event: CareReopened) -> None:
    # Read anew: what the request was admitted to is older than what has just been changed.
    courses.open_again(patients.admitted([event.patient_id])[event.patient_id])


OPEN_AGAIN = Handler("ratings.open_again", consider=_itself, act=_open_again)
