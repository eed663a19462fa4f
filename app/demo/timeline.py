"""What happens when, in order, under a clock that moves with it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

Act = Callable[[], None]


@dataclass(slots=True)
class Timeline:
    """Acts by their instant; what is planned for the past happens now, and the clock never goes back."""

    now: datetime
    _planned: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def plan(self, at: datetime, act: Act) -> None:
        """Have something done at an instant, after what was planned for the same one before."""
        heapq.heappush(self._planned, (at, next(self._order), act))

    def clock(self) -> datetime:
        """The instant that this timeline has reached."""
        return self.now

    def run(self, until: datetime, moved: Callable[[datetime], None] = lambda _: None) -> None:
        """Do everything planned up to an instant, also what is planned on the way; `moved` is told of each step."""
        while self._planned and self._planned[0][0] <= until:
            at, _, act = heapq.heappop(self._planned)
            self.now = max(self.now, at)
            moved(self.now)
            act()
