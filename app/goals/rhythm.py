"""When a goal is looked at, and the other figures of goals. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

_RAW: Final[Mapping[str, Any]] = tomllib.loads((Path(__file__).parent / "content" / "goals.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
STALE_AFTER: Final = timedelta(days=_RAW["stale_after_days"])
EACH_DAYS: Final[tuple[int, int]] = (_RAW["review_each_days_least"], _RAW["review_each_days_most"])
REMIND_HOURS: Final[tuple[int, int]] = (_RAW["remind_from_hour"], _RAW["remind_until_hour"])
MOST_GOALS: Final[int] = _RAW["most_goals"]
MOST_STEPS: Final[int] = _RAW["most_steps"]
ASKED_A_DAY: Final[int] = _RAW["asked_a_day"]


def next_review(today: date, each_days: int | None) -> date | None:
    """When it is looked at next; None where the patient wants no such day."""
    return None if each_days is None else today + timedelta(days=each_days)
