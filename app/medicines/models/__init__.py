"""Tables of medicines."""

from app.medicines.models.dose import ANSWERS, DOSE_STATES, Dose, DoseAnswer, DoseTelling, DoseWatch, Reminder
from app.medicines.models.medicine import (
    LEVELS,
    SOURCES,
    Medicine,
    MedicineEvent,
    MedicinePause,
    PatientDay,
    Schedule,
)
from app.medicines.models.stock import CalendarFeed, RefillNudge, StockCount

__all__ = [
    "ANSWERS",
    "DOSE_STATES",
    "LEVELS",
    "SOURCES",
    "CalendarFeed",
    "Dose",
    "DoseAnswer",
    "DoseTelling",
    "DoseWatch",
    "Medicine",
    "MedicineEvent",
    "MedicinePause",
    "PatientDay",
    "RefillNudge",
    "Reminder",
    "Schedule",
    "StockCount",
]
