"""Which other readings one reading needs to be judged, and which must be judged again because of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.protocols.applied import AppliedPlan
from app.protocols.content import ChangeRule, CountRule, LimitRule, Protocol, Rule
from app.readings.observed import Observed
from app.rules import changes

NOTHING: Final = timedelta(0)


def window_needed(protocols: Iterable[Protocol], measure: str) -> timedelta:
    """How much before and after a reading of this measure must be loaded; nothing when only limits apply."""
    spans = (_span(rule) for protocol in protocols for rule in protocol.by_measure.get(measure, ()))
    return max(spans, default=NOTHING)


def affected(plans: Sequence[AppliedPlan], reading: Observed, window: Sequence[Observed]) -> tuple[UUID, ...]:
    """The readings whose findings may differ now that this one came, was linked or was taken back, in order of time.

    Order of arrival never matters: each is to be judged again by `evaluate`, with a window of its own. Mostly there
    are none: a repeat within minutes, the weight before this one, or readings that were there before an earlier one.
    """
    rules = [rule for plan in plans for rule in plan.protocol.by_measure.get(reading.measure, ())]
    others = [one for one in window if one.measure == reading.measure and one.reading_id != reading.reading_id]
    if not rules or not others:
        return ()
    found = {one.reading_id: one for rule in rules for one in _affected_by(rule, reading, others)}
    return tuple(one.reading_id for one in sorted(found.values(), key=lambda one: (one.measured_at, one.reading_id)))


def _affected_by(rule: Rule, reading: Observed, others: Sequence[Observed]) -> list[Observed]:
    reach = _span(rule)
    near = [one for one in others if abs(one.measured_at - reading.measured_at) <= reach]
    if isinstance(rule, LimitRule):
        return near if reach else []
    later = [one for one in near if _order(one) > _order(reading)]
    if not isinstance(rule, ChangeRule):
        return later
    earlier = [one for one in near if _order(one) < _order(reading) and one.value is not None]
    return later + [one for one in earlier if one.linked] + _last(earlier)


def _last(earlier: Sequence[Observed]) -> list[Observed]:
    """The newest that is no copy: its next value bears it out or shows it to be an outlier."""
    own = [one for one in earlier if not one.linked]
    return [max(own, key=_order)] if own else []


def _order(one: Observed) -> tuple[object, ...]:
    return one.measured_at, one.reading_id


def _span(rule: Rule) -> timedelta:
    if isinstance(rule, LimitRule):
        return max((band.repeat.within for band in rule.bands if band.repeat), default=NOTHING)
    if isinstance(rule, ChangeRule):
        return changes.span(rule)
    if isinstance(rule, CountRule):
        return rule.within
    return NOTHING
