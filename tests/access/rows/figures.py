"""Figures of a team, and its reviews."""

from __future__ import annotations

from tests.access.rows.row import Of, Row

ROWS: dict[str, Row] = {
    "GET /api/teams/<uuid:team_id>/figures": Row(of=Of.TEAM),
    "GET /console/figures": Row(),
    "GET /console/figures.csv": Row(),
    "GET /console/reviews": Row(),
}
