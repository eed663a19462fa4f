"""What can be ticked as done at a visit, in plain words."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

_RAW: Final = tomllib.loads((Path(__file__).parent / "content" / "visit_tasks.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
TASKS: Final[Mapping[str, str]] = {raw["id"]: raw["words"] for raw in _RAW["task"]}


def words(done: Collection[str]) -> list[str]:
    """What was done, as it is always listed."""
    return [said for one, said in TASKS.items() if one in done]
