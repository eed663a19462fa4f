"""What somebody sends about an action of the care plan; its id is the sender's own. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

LONGEST_WORDS: Final = 300
LONGEST_WHY: Final = 1000
MOST_OPEN: Final = 40  # more than this nobody keeps in mind, or reads


@dataclass(frozen=True, slots=True)
class NewAction:
    """Something that was agreed to be done."""

    id: UUID
    words: str = field(repr=False)
    owner_id: UUID
    due_on: date | None = None


def content(new: NewAction) -> Any:
    """All that was sent, as it is kept to know it again."""
    return orjson.loads(orjson.dumps(asdict(new)))
