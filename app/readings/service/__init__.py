"""Use cases of readings, one file each."""

from app.readings.service.correcting import correct
from app.readings.service.hiding import hide, show
from app.readings.service.recording import Outcome, Received, record
from app.readings.service.showing import series

__all__ = ["Outcome", "Received", "correct", "hide", "record", "series", "show"]
