"""Limit bands, with confirmation by repeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.protocols.applied import AppliedPlan
from app.protocols.content import Band, Family, LimitRule, Repeat, Severity
from app.readings.observed import Observed
from app.rules import comparing, wording
from app.rules.findings import Conclusion


def judge(
    plan: AppliedPlan, rule: LimitRule, reading: Observed, window: Sequence[Observed], received_at: datetime
) -> Conclusion | None:
    """The most severe band the reading lies in, with what its repeat says where the band asks for one."""
    if rule.when is not None and not comparing.met(rule.when, reading):
        return None
    for index in range(len(rule.bands) - 1, -1, -1):
        band = rule.bands[index]
        crossed = comparing.crossed(plan, rule, band, reading)
        if crossed:
            confirmed, until = _repeated(plan, rule, index, reading, window, received_at)
            return Conclusion(
                severity=_severity(band, confirmed),
                why=wording.past(reading, crossed, rule.direction, plan) + _said(band.repeat, confirmed),
                advice=band.advice,
                direction=rule.direction,
                family=Family.LEVEL,
                limit=crossed[0][1],
                limit_name=crossed[0][0].name,
                awaiting_repeat_until=until,
                confirmed=confirmed,
            )
    return None


def _severity(band: Band, confirmed: bool | None) -> Severity:
    if band.repeat is None or confirmed is None:
        return band.severity
    if not confirmed:
        return band.repeat.unconfirmed
    return band.repeat.confirmed or band.severity


def _said(repeat: Repeat | None, confirmed: bool | None) -> str:
    if repeat is None or confirmed is None:
        return ""
    minutes = round(repeat.within.total_seconds() / 60)
    return f" A repeat within {minutes} minutes {'confirmed it' if confirmed else 'did not confirm it'}."


def _repeated(
    plan: AppliedPlan,
    rule: LimitRule,
    index: int,
    reading: Observed,
    window: Sequence[Observed],
    received_at: datetime,
) -> tuple[bool | None, datetime | None]:
    """Whether another reading confirms this one, and until when one may still come.

    Either of a pair may be the one judged, so that the order of arrival makes no difference: past the same limit, the
    earlier and the later confirm each other; a later one on the safe side says that the earlier is not confirmed.
    """
    repeat = rule.bands[index].repeat
    if repeat is None:
        return None, None
    later = False
    for other in window:
        if other.measure != reading.measure or other.linked or other.reading_id == reading.reading_id:
            continue
        apart = other.measured_at - reading.measured_at
        if not repeat.after <= abs(apart) <= repeat.within:
            continue
        if any(comparing.crossed(plan, rule, band, other) for band in rule.bands[index:]):
            return True, None
        later = later or apart.total_seconds() > 0
    if later:
        return False, None
    until = reading.measured_at + repeat.within
    return None, until if until > received_at else None
