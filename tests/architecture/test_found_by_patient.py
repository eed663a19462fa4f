"""A record is read, copied, moved and deleted by its patient: every table about one has an index that begins there."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from app.core.db import Base

# Read from end to end instead, once for a copy or for deletion.
WITHOUT = {
    "legal_hold": "A handful in all, each set by hand.",
    "record_export": "Kept for a month, and at most some a day for each who asks.",
    "event_rerun": "Only of handlers that failed; gone a month after they succeeded.",
    "sandbox_message": "Of the demo only.",
    "delivery": "The hottest table: an index costs 6 µs each time a row is written or moves on, 0.6 s of the 8 s in "
    "which 100,000 reminders are to be written. The service finds texts by what they are about and by their reader.",
    "delivery_attempt": "As delivery; found by it.",
    "receipt": "As delivery; found by the provider's id.",
}


def leads(table: Table) -> Iterator[str]:
    """The first column of each index that holds every row."""
    for index in table.indexes:
        if index.dialect_options["postgresql"]["where"] is None and index.columns:
            yield next(iter(index.columns)).name
    for one in table.constraints:
        if isinstance(one, UniqueConstraint | PrimaryKeyConstraint) and one.columns:
            yield next(iter(one.columns)).name


def test_every_table_about_a_patient_is_found_by_patient() -> None:
    about = {table.name: table for table in Base.metadata.tables.values() if "patient_id" in table.columns}
    assert len(about) > 70  # all models are there
    assert {name for name, table in about.items() if "patient_id" not in leads(table)} == set(WITHOUT)
