"""Why a dose was not taken, in plain words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class SkipReason:
    """One reason; none is a wrong answer."""

    id: str
    words: str  # the person's own
    for_others: str
    tell_team: bool  # a professional reads it, not only the chart


_RAW: Final = tomllib.loads((Path(__file__).parent / "content" / "skip_reasons.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
REASONS: Final[Mapping[str, SkipReason]] = {raw["id"]: SkipReason(**raw) for raw in _RAW["reason"]}
