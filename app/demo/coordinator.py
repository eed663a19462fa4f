"""Priya's days in the demo: she takes what is red within minutes and the rest when she is there, and closes it.

What was opened on the last day is left for whoever tries the demo: red ones she has taken, none she has closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.demo.callers import SignedIn
from app.demo.timeline import Timeline

URGENT: Final = ("red", "emergency")
TAKES_URGENT, TAKES_OTHERS, CLOSES_AFTER = timedelta(minutes=8), timedelta(hours=1), timedelta(minutes=45)
COMES, GOES = time(8, 30), time(17, 30)

# What came of it, and her note; nobody's readings are in it.
ENDINGS: Final = {
    "glucose": (
        ("patient_well", "Rang back. Had something to eat, tested again, feels well."),
        ("advice_given", "Talked through the plan for lows and highs. Knows when to ring us, 111 or 999."),
        ("medicine_reviewed", "Dr Lind has gone through the last weeks with the patient."),
    ),
    "blood_pressure": (
        ("advice_given", "Rang. Had hurried upstairs; will rest five minutes first and measure twice."),
        ("passed_to_gp", "Stays raised over several days: practice has booked an appointment this week."),
    ),
    "oxygen_saturation": (
        ("advice_given", "Rang at once. Cold hands; warm and rested it was as usual. Knows to ring 999 if breathless."),
    ),
}
OTHERWISE: Final = (("patient_well", "Rang. Feels as usual; will send it again tomorrow."),)


class Coordinator:
    """The named coordinator, acting through the API under the timeline's clock."""

    def __init__(self, app: SignedIn, timeline: Timeline, zone: ZoneInfo, last_day_begins: datetime) -> None:
        self.app, self.timeline, self.zone, self.last_day_begins = app, timeline, zone, last_day_begins
        self._planned: set[datetime] = set()
        self._endings: dict[str, Iterator[tuple[str, str]]] = {}

    def hear_of(self, severity: str | None) -> None:
        """Something was sent whose reply promised that she looks: plan when she does."""
        if severity in URGENT:
            self._plan_round(self.timeline.now + TAKES_URGENT)
        elif severity == "amber":
            self._plan_round(self._when_there(self.timeline.now + TAKES_OTHERS))

    def look(self) -> None:
        """A round over the worklist: take what is open, and plan to close it."""
        for row in self.app.get("/api/worklist")["items"]:
            if row["kind"] == "alert" and row["state"] == "open":
                self._take(row)

    def _take(self, row: dict[str, Any]) -> None:
        is_left = datetime.fromisoformat(row["opened_at"]) >= self.last_day_begins
        if is_left and row["severity"] not in URGENT:
            return
        address = f"/api/patients/{row['patient_id']}/alerts/{row['id']}"
        measure = self.app.post(f"{address}/acknowledge")["alert"]["measure"]
        if not is_left:
            self.timeline.plan(self.timeline.now + CLOSES_AFTER, lambda: self._close(address, measure))

    def _close(self, address: str, measure: str) -> None:
        endings = self._endings.setdefault(measure, cycle(ENDINGS.get(measure, OTHERWISE)))
        outcome, note = next(endings)
        # 409: it was raised after she had taken it, so she took it twice and has closed it before.
        self.app.post(f"{address}/resolve", {"outcome": outcome, "note": note}, also=(409,))

    def _plan_round(self, at: datetime) -> None:
        at = at.replace(second=0, microsecond=0)
        if at not in self._planned:
            self._planned.add(at)
            self.timeline.plan(at, self.look)

    def _when_there(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone)
        if local.time() > GOES:
            local = datetime.combine(local.date() + timedelta(days=1), COMES, self.zone)
        return max(local, datetime.combine(local.date(), COMES, self.zone))
