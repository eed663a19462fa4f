"""Goal attainment scaling: what each of five outcomes would be, in the patient's own words. Pure.

-2 is less than where they are now or as it is, 0 what they hope for, +2 far beyond; only the levels are the method's
(Kiresuk and Sherman, Community Mental Health Journal 4, 1968), every word is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

LEVELS: Final = (-2, -1, 0, 1, 2)


def kept(words: Sequence[str] | None) -> str | None:
    """The five as they are kept."""
    return None if words is None else orjson.dumps(list(words)).decode()


def words(text: str | None) -> list[str] | None:
    """What was kept."""
    return None if text is None else list(orjson.loads(text))


def by_level(text: str | None) -> Mapping[int, str]:
    """The words of each level; none where the patient has not written any."""
    return dict(zip(LEVELS, words(text) or (), strict=False))
