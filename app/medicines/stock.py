"""How long a medicine lasts: what was counted, less the doses taken since, against the doses that are due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from app.medicines import working_days
from app.medicines.working_days import Nation

# Working days before the last dose: time to order, and a second word while there is still time to collect.
NUDGES: Final = (7, 3)


@dataclass(frozen=True, slots=True)
class Counted:
    """What there was when somebody counted, in units of the form."""

    quantity: Decimal
    at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Taken:
    """A dose out of the box; `amount` None: nobody said how much, so it counts as the usual."""

    at: datetime  # aware
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A dose ahead."""

    due_at: datetime  # aware
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is left, and the first dose that it is not enough for; None: it lasts as far as doses are known."""

    left: Decimal
    runs_out_at: datetime | None
    lasts_until: datetime | None  # the last dose known to be covered
    count_again: bool  # more was taken than was counted


def forecast(
    counted: Counted, taken: Iterable[Taken], ahead: Sequence[Due], usual: Decimal, *, as_needed: bool = False
) -> Forecast:
    """Reckon from a count; nothing is predicted for what is taken as needed."""
    used = sum((_amount(dose.amount, usual) for dose in taken if dose.at > counted.at), Decimal(0))
    left = counted.quantity - used
    covered, runs_out_at = _reach(max(left, Decimal(0)), () if as_needed else ahead, usual)
    return Forecast(max(left, Decimal(0)), runs_out_at, covered, left < 0)


def runs_out_on(forecast: Forecast, zone: ZoneInfo) -> date | None:
    """The patient's own day on which the medicine is short, if it is known."""
    return forecast.runs_out_at and forecast.runs_out_at.astimezone(zone).date()


def nudge(runs_out_on: date, today: date, nation: Nation) -> int | None:
    """Which reminder to order is due by today: the nearest, so that one missed in an outage is made good; else None."""
    return next((days for days in sorted(NUDGES) if today >= working_days.before(runs_out_on, days, nation)), None)


def _reach(left: Decimal, ahead: Sequence[Due], usual: Decimal) -> tuple[datetime | None, datetime | None]:
    """The last dose in order of time that there is enough for, and the first that there is not."""
    covered = None
    for dose in sorted(ahead, key=lambda one: one.due_at):
        left -= _amount(dose.amount, usual)
        if left < 0:
            return covered, dose.due_at
        covered = dose.due_at
    return covered, None


def _amount(amount: Decimal | None, usual: Decimal) -> Decimal:
    return usual if amount is None else amount
