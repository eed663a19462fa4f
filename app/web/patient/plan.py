"""A monitoring plan for the patient and whoever may see it: what is measured when, and between which limits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.protocols.applied import AppliedPlan
from app.readings import catalogue
from app.web import limits, words
from app.web.limits import Held


def shown(plans: Sequence[AppliedPlan], whose: str) -> list[dict[str, Any]]:
    """Each plan that runs, measure by measure; `whose` is "you" or a first name."""
    return [
        {
            "title": plan.protocol.title,
            "is_draft": plan.protocol.status == "draft",
            "measures": [_measure(plan, name, whose) for name in _names(plan)],
        }
        for plan in plans
    ]


def _names(plan: AppliedPlan) -> list[str]:
    asked = [one.measure for one in plan.protocol.ask]
    return [name for name in dict.fromkeys([*asked, *plan.protocol.by_measure]) if name in catalogue.MEASURES]


def _measure(plan: AppliedPlan, name: str, whose: str) -> dict[str, Any]:
    one, held = catalogue.MEASURES[name], limits.held([plan], name)
    unit = words.unit(one.scales[0].unit)[0] if one.scales else ""
    origins = dict.fromkeys(limit.origin.replace("this patient", whose) for limit in held)
    return {
        "title": words.title(one),
        "when": [words.upper(ask.when) for ask in plan.protocol.ask if ask.measure == name],
        "limits": limits.inside_words(held, unit) or _outside(held, unit),
        "origins": [words.upper(origin) for origin in origins],
    }


def _outside(held: Sequence[Held], unit: str) -> str | None:
    """The first limit on each side, where a target cannot be said in one: "systolic below 90 mmHg"."""
    first = {(one.component, one.direction): one for one in reversed(held)}
    said = [f"{one.words.partition(': ')[2]} {unit}" for one in reversed(first.values())]
    return f"Outside the plan’s limits: {', '.join(said)}" if said else None
