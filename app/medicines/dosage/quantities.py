"""How much at one time and in 24 hours at most, of a FHIR Dosage, in units of the form."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from app.medicines.dosage.facts import Amount
from app.medicines.dosage.problems import Node
from app.medicines.dosage.words import FORMS, UNITS

# Codes of HL7's orderable drug forms, as far as one of them is one unit; UCUM's ml.
CODES: Final = {
    "TAB": "tablet", "ORTAB": "tablet", "CAP": "capsule", "ORCAP": "capsule", "PUFF": "puff", "SPRY": "spray",
    "DROP": "drop", "OPDROP": "drop", "OTDROP": "drop", "PATCH": "patch", "SUPP": "suppository",
    "RECSUPP": "suppository", "VAGSUPP": "pessary", "VAGTAB": "pessary", "INHL": "inhalation", "ML": "ml",
}  # fmt: skip
_ONE_WORD: Final = {plural: unit for unit, plurals in UNITS.items() for plural in (unit, *plurals.split())}
_COUNTED: Final = FORMS | {"ml", "unit"}


def _unit(quantity: Node) -> str | None:
    """The unit in one word, None for one that is not known here."""
    for name in ("code", "unit"):
        words = quantity.words(name)
        if unit := CODES.get(words.upper()) or _ONE_WORD.get(words.lower()):
            return unit
    return None


def _counted(quantity: Node) -> Decimal | None:
    if quantity.has("comparator"):
        quantity.problem("An amount that is more or less than a number is left open.", "comparator")
    value = quantity.number("value")
    return value if _unit(quantity) in _COUNTED else None


def amount(dosage: Node) -> Decimal | None:
    """Units of the form at one time; None for a range, a strength, or nothing said."""
    found = []
    for given in dosage.all_within("doseAndRate"):
        if any(given.has(name) for name in ("rateRatio", "rateRange", "rateQuantity")):
            given.problem("It is given at a rate, as an infusion: it is kept as a record only.")
        if given.has("doseQuantity"):
            found.append(_counted(given.within("doseQuantity")))
    if len(set(found)) > 1:
        dosage.problem("It gives several amounts for one time.", "doseAndRate")
    return found[0] if found else None


def against_text(dosage: Node, said: Sequence[Amount]) -> None:
    """Note an amount of the text that is another in the structure, where both are in one unit."""
    for given in dosage.all_within("doseAndRate"):
        low, high = given.within("doseQuantity"), given.within("doseQuantity")
        if given.has("doseRange"):
            low, high = given.within("doseRange").within("low"), given.within("doseRange").within("high")
        unit, least, most = _unit(low), low.number("value"), high.number("value")
        for amount in said:
            same_unit = unit is not None and amount.unit == unit and least is not None and most is not None
            if same_unit and (amount.low, amount.high or amount.low) != (least, most):
                structured = Amount(least or amount.low, None if least == most else most, unit)
                says = f"The text says {amount.words} at a time, the structure {structured.words}."
                given.problem(says, disagrees=True)


def most_in_24_hours(dosage: Node) -> Decimal | None:
    """Units of the form in 24 hours: R4 has one such limit, R5 a list."""
    limits = []
    for ratio in dosage.all_within("maxDosePerPeriod"):
        per = ratio.within("denominator")
        day = (per.number("value"), per.words("code") or per.words("unit"))
        if day not in {(Decimal(1), "d"), (Decimal(24), "h"), (Decimal(1), "day"), (Decimal(1), "days")}:
            ratio.problem("Kith counts the most that may be taken in 24 hours only.", "denominator")
            continue
        limits.append(_limit(ratio.within("numerator")))
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def _limit(numerator: Node) -> Decimal | None:
    """In units of the form; a limit in mg cannot be kept without the strength, and is never dropped silently."""
    counted = _counted(numerator)
    if counted is None:
        numerator.problem("The most in 24 hours is not counted in units of the form.")
    return counted
