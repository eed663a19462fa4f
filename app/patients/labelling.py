"""Consent in words: what a grant lets somebody do, and who gave it on whose behalf. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.access.permissions import CIRCLE, Category, Right

# What is done with "act", kind by kind.
_ACTS: Final = {
    Category.READINGS: "send readings",
    Category.MEDICINES: "record doses",
    Category.VISITS: "record visits",
    Category.GOALS: "help with goals",
    Category.RATINGS: "write down ratings",
    Category.PLAN: "tick off actions of the plan",
    Category.MESSAGES: "write messages",
}
_NAMES: Final = {category: str(category) for category in Category} | {Category.PLAN: "the plan"}
BASES: Final = {
    "consent": "with {patient}’s own consent",
    "lasting_power_of_attorney": "under a lasting power of attorney",
    "best_interest": "as decided in {patient}’s best interest",
}


def kind(category: Category) -> str:
    """A category inside a sentence: "readings", "the plan"."""
    return _NAMES[category]


def may(category: Category, right: Right) -> str:
    """What a grant lets somebody do: "see readings", "be told about visits", "record doses"."""
    if right is Right.ACT:
        return _ACTS[category]
    return f"{'see' if right is Right.SEE else 'be told about'} {_NAMES[category]}"


def position(category: Category, right: Right) -> tuple[int, int]:
    """Where a grant stands in every list: by kind, then see, be told, act."""
    return list(Category).index(category), list(Right).index(right)


def in_order(granted: Iterable[tuple[Category, Right]]) -> list[tuple[Category, Right]]:
    """Grants as they are always listed."""
    return sorted(granted, key=lambda one: position(*one))


def listed(parts: list[str]) -> str:
    """ "readings, visits and goals"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def scope(name: str) -> str:
    """What somebody decides for the patient, in words."""
    return "the circle" if name == CIRCLE else _NAMES[Category(name)]


def acting(name: str, patient: str, basis: str) -> str:
    """ "Tom, acting for Mary under a lasting power of attorney"."""
    return f"{name}, acting for {patient} {BASES[basis].format(patient=patient)}"


def by(name: str, patient: str, *, is_patient: bool, basis: str | None, team: str) -> str:
    """Who did something about consent: the patient, somebody acting for them, or somebody of the team."""
    if is_patient:
        return name
    return acting(name, patient, basis) if basis else f"{name}, {team}"
