"""Which rows about a person their own copy leaves out: those of what a patient keeps from the circle."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, exists, func

from app.core.db import Base
from app.records import shape


def is_kept(table: Table) -> ColumnElement[bool] | None:
    """Is a row about a medicine, a post or a visit that is kept from the circle? None: no row of this table is."""
    if table.name in shape.OF_A_MEDICINE:
        return _of_a_medicine(table)
    if table.name in shape.OF_A_POST:
        return _of_a_post(table.c.post_id if "post_id" in table.c else table.c.id)
    return _untold(table) if table.name in shape.TELLING else None


def _of_a_medicine(table: Table) -> ColumnElement[bool]:
    medicine, dose = (Base.metadata.tables[name] for name in ("medicine", "dose"))
    if "medicine_id" in table.c:
        return exists().where(medicine.c.id == table.c.medicine_id, medicine.c.hidden_at.is_not(None))
    of_dose = (dose.c.id == table.c.dose_id, medicine.c.id == dose.c.medicine_id)
    return exists().where(*of_dose, medicine.c.hidden_at.is_not(None))


def _of_a_post(post_id: ColumnElement[object]) -> ColumnElement[bool]:
    """Is this post kept, or the one it is below?"""
    post = Base.metadata.tables["post"]
    one, whole = post.alias(), post.alias()
    with_it = whole.c.id == func.coalesce(one.c.parent_id, one.c.id)
    return exists().where(one.c.id == post_id, with_it, whole.c.hidden_at.is_not(None))


def _untold(table: Table) -> ColumnElement[bool]:
    """What never left; what did, they have."""
    visit = Base.metadata.tables["visit"]
    of_a_visit = exists().where(visit.c.id == table.c.about_id, visit.c.hidden_at.is_not(None))
    kept = _of_a_post(table.c.about_id) | of_a_visit
    return and_(kept, table.c.last_outcome.is_not_distinct_from("withdrawn")) if "last_outcome" in table.c else kept
