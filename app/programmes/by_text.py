"""What of a plan goes by text, and what does not: said on the page before anybody is asked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.notifications import texts
from app.protocols import asking
from app.protocols.applied import AppliedPlan
from app.protocols.asking import Asked
from app.protocols.content import Advice, ChangeRule, LimitRule, Rule
from app.readings import catalogue


@dataclass(frozen=True, slots=True)
class NotByText:
    """What somebody who only texts does not get of their plans; all empty where they get everything."""

    never: tuple[str, ...]  # measures for which there are no words that a text could be understood by
    on_occasion: tuple[Asked, ...]  # at no set time, so nobody is asked; a text with it is understood
    symptoms: tuple[str, ...]  # the app asks for them with a reading, no text does
    too_long: int  # pieces of advice that no text has room for

    def __bool__(self) -> bool:
        return bool(self.never or self.on_occasion or self.symptoms or self.too_long)


def can_be_asked(measures: Collection[str]) -> list[str]:
    """Those of them that a text can ask for."""
    return [one for one in measures if one in texts.measures()]


def asked_by_text(plans: Sequence[AppliedPlan]) -> list[Asked]:
    """What a text asks for at set times of the day."""
    return [one for one in asking.asked(plans) if one.times and can_be_asked([one.measure])]


def left_out(plans: Sequence[AppliedPlan]) -> NotByText:
    """What of these plans does not go by text."""
    asked = asking.asked(plans)
    told = {code for one in asked for code in asking.symptoms(one.measure, plans)}
    return NotByText(
        never=tuple(one.measure for one in asked if not can_be_asked([one.measure])),
        on_occasion=tuple(one for one in asked if not one.times and can_be_asked([one.measure])),
        symptoms=tuple(code for code in catalogue.SYMPTOMS if code in told),
        too_long=sum(not texts.advice(one.do) for one in advice(plans)),
    )


def advice(plans: Sequence[AppliedPlan]) -> list[Advice]:
    """Every piece of advice that these plans can give, once."""
    return list(dict.fromkeys(one for plan in plans for rule in plan.protocol.rules for one in _of(rule)))


def _of(rule: Rule) -> Iterator[Advice]:
    if isinstance(rule, LimitRule):
        yield from (band.advice for band in rule.bands)
        return
    yield rule.advice
    if isinstance(rule, ChangeRule):
        yield from (one for one in (rule.cannot_tell, rule.held) if one is not None)
