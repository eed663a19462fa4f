"""The table of every endpoint: whose the rows are that its path names, and a body that would be taken.

An endpoint without a row fails the build. "$name" stands for an id of Mary's (victim.py), "$new" for a fresh one,
"$email" for an address that nobody has.
"""

from __future__ import annotations

from tests.access.rows import (
    care,
    carers,
    circle,
    entrance,
    feed,
    figures,
    goals,
    medicines,
    pathway,
    ratings,
    records,
    teams,
    texts,
    threads,
    visits,
    wheel,
)
from tests.access.rows import help as helping
from tests.access.rows.row import MARY, Of, Row

_AROUND = (feed, helping, threads, visits, texts, carers)
_SLICES = (entrance, teams, circle, care, medicines, records, ratings, wheel, goals, pathway, figures, *_AROUND)
ROWS: dict[str, Row] = {name: row for one in _SLICES for name, row in one.ROWS.items()}

__all__ = ["MARY", "ROWS", "Of", "Row"]
