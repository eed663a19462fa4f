"""Answers as JSON-ready dictionaries: built once, in the order the items were sent. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol
from uuid import UUID

from app.readings import catalogue
from app.readings.replies import Reply


class Understood(Protocol):
    """A reading as it was understood, just now or when it was stored."""

    @property
    def id(self) -> UUID: ...
    @property
    def measure(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def value_2(self) -> float | None: ...
    @property
    def comparator(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...
    @property
    def marks(self) -> Collection[str] | None: ...


def stored(one: Understood, reply: Reply) -> dict[str, Any]:
    """A reading that is stored: what was understood and what its sender is told."""
    return {
        "id": one.id,
        "outcome": "stored",
        "shown": catalogue.shown(one.measure, one.value, one.value_2, one.comparator, one.code),
        "marks": sorted(one.marks or ()),
        "reply": {
            "is_judged": reply.is_judged,
            "severity": reply.severity,
            "means": reply.means,
            "do": reply.do,
            "who": reply.who,
            "look_by": reply.look_by,
            "safety": reply.safety,
        },
    }


def refused(one: UUID, quarantine_id: UUID | None, reasons: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """An impossible item: kept in quarantine, with the plain reasons."""
    return {"id": one, "outcome": "refused", "quarantine_id": quarantine_id, "errors": faults(reasons)}


def different(one: UUID) -> dict[str, Any]:
    """An id that was used before for something else: nothing was changed."""
    detail = "This id was used before for another reading. Nothing was changed."
    return {"id": one, "outcome": "different", "errors": [{"pointer": "/id", "detail": detail}]}


def faults(reasons: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """Reasons in the shape of problem+json."""
    return [{"pointer": pointer, "detail": detail} for pointer, detail in reasons]
