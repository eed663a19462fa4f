"""Classes of medicines for which minutes matter: the window, and how a reminder grows louder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class TimeCritical:
    """One class; a person sets it for a medicine."""

    id: str
    name: str
    why: str
    window_minutes: int  # after its time a dose counts as on time for so long
    remind_every: int  # minutes between reminders until it is answered
    tell_after: int  # minutes after its time when somebody of the circle is first told
    louder: bool
    source: str
    approved_by: str | None


_RAW: Final = tomllib.loads((Path(__file__).parent / "content" / "time_critical.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
CLASSES: Final[Mapping[str, TimeCritical]] = {
    raw["id"]: TimeCritical(**{**raw, "approved_by": raw["approved_by"] or None}) for raw in _RAW["class"]
}
