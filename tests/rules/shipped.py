"""The shipped protocols as plans, and readings to judge by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.protocols import applied, loader
from app.readings.observed import Observed
from app.rules import evaluation, vectors
from app.rules.findings import Finding

LONDON: Final = ZoneInfo("Europe/London")
NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PROTOCOLS: Final = {protocol.id: protocol for protocol in loader.load_all(loader.FILES, vectors.judge).values()}

LIND_88_92: Final = {
    "oxygen_saturation.low.red.target": applied.Limit(88, "personal", "Dr Lind", "3 March 2026", "hypercapnic"),
    "oxygen_saturation.high.amber.target": applied.Limit(92, "personal", "Dr Lind", "3 March 2026", "hypercapnic"),
}


def plan(name: str, limits: dict[str, applied.Limit] | None = None) -> applied.AppliedPlan:
    return applied.AppliedPlan(UUID(int=len(name)), PROTOCOLS[name], limits or {})


def reading(measure: str, value: float | None = None, number: int = 1, hours: float = 0, **more: Any) -> Observed:
    return Observed(UUID(int=number), measure, NOW + timedelta(hours=hours), value, **more)


def judge(
    plans: list[applied.AppliedPlan], one: Observed, window: list[Observed] | None = None, late_by: float = 0
) -> list[Finding]:
    received_at = one.measured_at + timedelta(hours=late_by)
    return evaluation.evaluate(plans, one, window or [], received_at=received_at, zone=LONDON)
