"""What a comparison of text and schedule gathers, and amounts, which both kinds of schedule compare alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.medicines.dosage.facts import Amount
from app.medicines.dosage.words import FORMS

# A number alone is in units of the form; so are these.
COUNTED = FORMS | {None, "dose", "unit", "ml"}


@dataclass(slots=True)
class Compared:
    """Sentences against each other, and sentences on what could not be compared."""

    against: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def amounts(said: Sequence[Amount], scheduled: Decimal | None, compared: Compared) -> None:
    """How much at one time. A schedule without an amount leaves it to the text."""
    if scheduled is None or not said:
        return
    counted = [amount for amount in said if amount.unit in COUNTED]
    if not counted:
        compared.unsure.append(f"The text says {said[0].words}, the schedule counts {scheduled:f} of the form.")
    elif not any(amount.low <= scheduled <= (amount.high or amount.low) for amount in counted):
        compared.against.append(f"The text says {counted[0].words} at a time, the schedule {scheduled:f}.")
