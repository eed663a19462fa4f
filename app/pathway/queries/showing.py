"""Actions of the care plan as they are shown: with their people, and whether their day is past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from app.core import clock
from app.core.pages import Page, page, position
from app.messages.queries import people_here
from app.messages.queries.people_here import Somebody
from app.pathway import queries
from app.pathway.models import PlanAction, PlanActionEvent
from app.patients.admission import AdmittedPatient


@dataclass(frozen=True, slots=True)
class Shown:
    """An action with its people."""

    row: PlanAction
    owner: Somebody
    set_by: Somebody
    ended_by: Somebody | None
    is_overdue: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """Something that was done about it, with who did it and what it was before."""

    row: PlanActionEvent
    by: Somebody
    before: dict[str, Any]
    why: str | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def listed(patient: AdmittedPatient, states: Sequence[str], limit: int, cursor: str | None) -> Page[Shown]:
    """A page of actions, newest first; two questions to the database however many."""
    rows = queries.actions(patient, states, position(cursor), limit)
    cut = page(rows, limit, lambda row: (row.created_at, row.id))
    return Page(shown(patient, cut.items), cut.next)


def one(patient: AdmittedPatient, action_id: UUID) -> Shown:
    """One action. Raises NotFound."""
    return shown(patient, [queries.action(patient, action_id)])[0]


def history(patient: AdmittedPatient, action_id: UUID) -> list[ShownEvent]:
    """What was done about one action, in order. Raises NotFound."""
    rows = queries.events(queries.action(patient, action_id))
    names = people_here.named(patient, {row.by for row in rows})
    said = [orjson.loads(row.details or "{}") for row in rows]
    return [
        ShownEvent(row, names[row.by], details.get("before", {}), details.get("why"))
        for row, details in zip(rows, said, strict=True)
    ]


def shown(patient: AdmittedPatient, rows: Sequence[PlanAction]) -> list[Shown]:
    """These actions as they are shown."""
    people = {who for row in rows for who in (row.owner_id, row.set_by, row.ended_by) if who}
    names, today = people_here.named(patient, people), clock.today(patient.zone)
    return [
        Shown(
            row,
            names[row.owner_id],
            names[row.set_by],
            names[row.ended_by] if row.ended_by else None,
            row.is_overdue(today),
        )
        for row in rows
    ]
