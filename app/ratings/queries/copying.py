"""A rating as it is copied out of the service: its scores in words, and whose instrument it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.ratings.instrument import Instrument
from app.ratings.queries import instruments


def beside(table: str, row: Mapping[str, Any], known: dict[UUID, Instrument]) -> dict[str, str]:
    """Words beside a row that was made with an instrument, none beside others; `known`: those looked up before."""
    if table not in ("rating", "rating_draft"):
        return {}
    instrument_id = row["instrument_id"]
    if instrument_id not in known:
        known.update(instruments.kept({instrument_id}))
    one = known[instrument_id]
    words = {"instrument_in_words": f"{one.name}, version {one.version}", "attribution": one.attribution}
    return words | ({"scores_in_words": _scores(one, row["scores"])} if table == "rating" else {})


def _scores(one: Instrument, scores: list[int | None]) -> str:
    said = zip(one.areas, scores, strict=True)
    each = [f"{area.name}: {'left out' if score is None else _score(one, score)}" for area, score in said]
    return f"{'; '.join(each)} (from {one.lowest} to {one.highest})"


def _score(one: Instrument, score: int) -> str:
    stage = one.stage(score)
    return f"{score}, {stage}" if stage else str(score)
