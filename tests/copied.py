"""Many rows like one, for jobs that are to go through all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.core.db import Row, db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work


def copied(row: Row, others: Sequence[Mapping[str, Any]]) -> list[UUID]:
    """As many rows as `row` is, each with an id and these values of its own."""
    table = type(row).__table__
    facts = {column.name: getattr(row, column.name) for column in table.columns}
    rows = [facts | {"id": new_id()} | one for one in others]
    with unit_of_work():
        db.session.execute(insert(table), rows)  # type: ignore[arg-type]
    return [one["id"] for one in rows]
