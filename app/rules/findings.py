"""What a rule concluded about one reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.protocols.content import Advice, Direction, Family, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's conclusion. `why` is for the coordinator, `means` and `do` are for the patient.

    An amber that asks for a repeat is a finding at once: `awaiting_repeat_until` says how long a repeat may still come.
    If none comes it stands as it is. When the reading is judged again with its repeat, `confirmed` is True (and the
    severity may have risen) or False (and it has become what the protocol says of an unconfirmed one, mostly a note).
    `prompt` marks a finding that only asks the sender for something ("cannot tell"): it opens no alert.
    """

    plan_id: UUID
    reading_id: UUID
    rule: str
    protocol: str
    version: str
    measure: str
    direction: Direction
    family: Family
    severity: Severity
    value: float | None
    value_2: float | None
    comparator: str | None
    limit: float | None
    limit_name: str | None
    limit_origin: str
    why: str
    means: str
    do: str
    hazards: tuple[str, ...]
    late: bool
    awaiting_repeat_until: datetime | None = None
    confirmed: bool | None = None
    prompt: bool = False

    @property
    def key(self) -> tuple[str, Direction, Family]:
        """With the patient, the key of the alert it opens or joins."""
        return self.measure, self.direction, self.family


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What one kind of rule found, before plan, protocol and reading are written beside it."""

    severity: Severity
    why: str
    advice: Advice
    direction: Direction
    family: Family
    limit: float | None = None
    limit_name: str | None = None
    awaiting_repeat_until: datetime | None = None
    confirmed: bool | None = None
    prompt: bool = False


def worst(severities: Iterable[Severity]) -> Severity | None:
    """The worst of them, or None when there are none."""
    return max(severities, key=lambda severity: severity.rank, default=None)
