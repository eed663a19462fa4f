"""A text against a schedule "when it is needed": nobody is reminded, so its limits are what matters."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.medicines.dosage import comparing
from app.medicines.dosage.comparing import Compared
from app.medicines.dosage.facts import Facts, Period
from app.medicines.patterns import AsNeeded

HOUR = timedelta(hours=1)


def as_needed(facts: Facts, pattern: AsNeeded) -> Compared:
    """No limit of the text may be missing from the schedule or be looser there."""
    compared = Compared()
    limited = facts.most_times is not None or facts.most_amount is not None or facts.gap is not None
    if facts.kind and not facts.as_needed and not limited:
        compared.against.append("The text has fixed times, the schedule is when needed.")
    comparing.amounts(facts.amounts, pattern.amount, compared)
    _gap(facts, pattern, compared)
    _most(facts, pattern, compared)
    return compared


def _gap(facts: Facts, pattern: AsNeeded, compared: Compared) -> None:
    least = facts.gap or (facts.hours.least if facts.hours else None)
    if least is None:
        return
    words = f"The text says at least {least / HOUR:g} hours apart"
    if pattern.minimum_gap is None:
        compared.against.append(f"{words}, the schedule has no such limit.")
    elif pattern.minimum_gap < least:
        compared.against.append(f"{words}, the schedule {pattern.minimum_gap / HOUR:g}.")


def _most(facts: Facts, pattern: AsNeeded, compared: Compared) -> None:
    """The most in 24 hours, in units of the form: said as an amount, or as so many times the most at one time."""
    most = _most_said(facts, compared)
    if most is None:
        return
    if pattern.most_in_24_hours is None:
        compared.against.append(f"The text says at most {most:f} in 24 hours, the schedule has no such limit.")
    elif pattern.most_in_24_hours > most:
        words = f"The text says at most {most:f} in 24 hours, the schedule {pattern.most_in_24_hours:f}."
        compared.against.append(words)


def _most_said(facts: Facts, compared: Compared) -> Decimal | None:
    if facts.most_amount is not None:
        if facts.most_amount.unit in comparing.COUNTED:
            return facts.most_amount.high or facts.most_amount.low
        compared.unsure.append(
            f"The limit of {facts.most_amount.words} in 24 hours is not counted in units of the form."
        )
        return None
    times = facts.most_times
    if times is None and facts.times and facts.times.per is Period.DAY and not facts.times.bare:
        times = facts.times.most
    if times is None:
        return None
    counted = [amount for amount in facts.amounts if amount.unit in comparing.COUNTED]
    if facts.amounts and not counted:
        compared.unsure.append("The limit is in doses of a strength, not in units of the form.")
        return None
    return times * ((counted[0].high or counted[0].low) if counted else Decimal(1))
