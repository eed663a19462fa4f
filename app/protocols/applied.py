"""A protocol applied to one patient: which figure holds, and who set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from app.protocols.content import AppliesTo, Band, Direction, LimitRule, Protocol, SymptomRule, Threshold


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit set by a team or for one patient. It belongs to the measure and holds in every plan."""

    value: float
    origin: str  # "team" or "personal"
    who: str
    when: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AppliedPlan:
    """One monitoring plan as rules see it. `limits` are the ones set over the protocol's own, by name."""

    plan_id: UUID
    protocol: Protocol
    limits: Mapping[str, Limit]


def apply(
    plan_id: UUID,
    protocol: Protocol,
    *,
    team: Mapping[str, Limit] | None = None,
    personal: Mapping[str, Limit] | None = None,
) -> AppliedPlan:
    """The plan with its limits merged: protocol, then team, then patient."""
    return AppliedPlan(plan_id, protocol, {**(team or {}), **(personal or {})})


def thresholds(protocol: Protocol) -> Iterator[Threshold]:
    """Every limit of a protocol, in the order of its rules."""
    for rule in protocol.rules:
        if isinstance(rule, LimitRule):
            for band in rule.bands:
                yield from band.thresholds
        elif not isinstance(rule, SymptomRule):
            yield rule.threshold


def limit_names(protocol: Protocol) -> set[str]:
    """The names of every limit that a team or a patient may have of their own."""
    return {threshold.name for threshold in thresholds(protocol)}


def holds(band: Band, limits: Mapping[str, object]) -> bool:
    """Whether a band is in force: not replaced by a limit that was set."""
    return band.unless_set is None or band.unless_set not in limits


def problems(protocol: Protocol, limits: Mapping[str, float]) -> list[str]:
    """What is wrong with this set of limits: a red inside its amber, whoever set either of them."""
    found: list[str] = []
    for rule in protocol.rules:
        if isinstance(rule, LimitRule):
            bands = [band for band in rule.bands if holds(band, limits)]
            for mild, severe in combinations(bands, 2):
                if mild.when == severe.when:
                    found += _disorder(rule, mild, severe, limits)
    return found


def _disorder(rule: LimitRule, mild: Band, severe: Band, limits: Mapping[str, float]) -> Iterator[str]:
    if severe.severity.rank < mild.severity.rank:
        yield f"{rule.name}: bands stand from mild to severe, but {severe.severity} comes after {mild.severity}"
    for inner in mild.thresholds:
        for outer in severe.thresholds:
            near, far = limits.get(inner.name, inner.figure), limits.get(outer.name, outer.figure)
            if inner.component != outer.component or near is None or far is None:
                continue
            if (far < near) if rule.direction == Direction.HIGH else (far > near):
                yield (
                    f"{rule.name}: {outer.name} ({far:g}, {severe.severity}) "
                    f"lies inside {inner.name} ({near:g}, {mild.severity})"
                )


def reasons_against(applies_to: AppliesTo, *, age: int, pregnant: bool, conditions: set[str]) -> list[str]:
    """Why a protocol is not for this person, in plain words; nothing when it is."""
    reasons = []
    if age < applies_to.age_from:
        reasons.append(f"It is for people aged {applies_to.age_from} or over.")
    if applies_to.age_to is not None and age > applies_to.age_to:
        reasons.append(f"It is for people aged up to {applies_to.age_to}.")
    if applies_to.not_pregnant and pregnant:
        reasons.append("It is not for use in pregnancy.")
    if applies_to.conditions and not conditions & set(applies_to.conditions):
        reasons.append(f"It is for people with one of: {', '.join(applies_to.conditions)}.")
    return reasons
