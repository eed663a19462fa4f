"""What the clock does for patients."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.patients.service import ending


def warn_of_endings() -> None:
    """Warn patients of what ends soon: looked at each hour, sent by day, each warning once."""
    ending.warn_of_endings()


JOBS = (Job("warn of endings", timedelta(hours=1), warn_of_endings),)
