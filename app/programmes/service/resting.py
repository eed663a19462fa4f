"""Whether a patient is to be left in peace by what asks them for something: away, in hospital, or at their wish."""

from __future__ import annotations

from typing import Final

from app.core import clock
from app.medicines import queries as medicines
from app.patients.admission import AdmittedPatient
from app.programmes import queries

# Why all medicines are paused when the whole patient is.
_AWAY: Final = frozenset({"hospital", "holiday"})


def is_paused(patient: AdmittedPatient) -> bool:
    """Is asking by text paused, or every medicine because the patient is away? Both end by themselves."""
    programme = queries.running(patient)
    until = programme.paused_until if programme else None
    if until is not None and until > clock.today(patient.zone):
        return True
    now = clock.now()
    pauses = medicines.pauses(patient)
    return any(one.medicine_id is None and one.why in _AWAY and one.starts_at <= now for one in pauses)
