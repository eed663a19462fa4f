"""The table of every endpoint: whose the rows are that its path names, and a body that would be taken.

An endpoint without a row fails the build. "$name" stands for an id of Mary's (victim.py), "$new" for a fresh one,
"$email" for an address that nobody has.
"""

from __future__ import annotations

from tests.access.rows import care, circle, entrance, medicines, records, teams, visits
from tests.access.rows.row import MARY, Of, Row

ROWS: dict[str, Row] = {**entrance.ROWS, **teams.ROWS, **circle.ROWS, **care.ROWS, **medicines.ROWS, **records.ROWS, **visits.ROWS}

__all__ = ["MARY", "ROWS", "Of", "Row"]
