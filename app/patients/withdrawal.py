"""What an ending changes and what it does not, in words that are read before it is confirmed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.access.permissions import Category, Right
from app.patients import labelling


@dataclass(frozen=True, slots=True)
class Ending:
    """What is to end. `whose` is "your" for the patient, else "Mary’s"; `others_told`: who else is told, by kind."""

    member: str
    whose: str
    ends: Sequence[tuple[Category, Right]]
    keeps: Sequence[tuple[Category, Right]] = ()
    others_told: Mapping[Category, Sequence[str]] = field(default_factory=dict)
    leaves_circle: bool = False
    is_device: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """What is read before it is confirmed."""

    changes: list[str]
    stays: list[str]
    nobody_told: list[str]  # kinds of which nobody in the circle is told any more


def of_grants(ending: Ending) -> Effects:
    """The effects of ending one grant, or of taking somebody out of the circle with all of theirs."""
    return Effects(_changes(ending), _stays(ending), _nobody_told(ending))


def of_acting(member: str, whose: str, scopes: Sequence[str], *, is_alone: bool) -> Effects:
    """The effects of ending an acting-for; `is_alone`: nobody else acts for the patient."""
    decides = labelling.listed([labelling.scope(one) for one in scopes])
    changes = [f"{member} can no longer decide for {_whom(whose)} about {decides}."]
    if is_alone:
        changes.append(f"Nobody else acts for {_whom(whose)} then.")
    stays = [
        f"What {member} decided until now stays as it is, and says who decided it. It can be changed one by one.",
        f"{member} stays in the circle, with what was granted to {member} there.",
        *_seen(member, whose),
    ]
    return Effects(changes, stays, [])


def _changes(ending: Ending) -> list[str]:
    member = ending.member
    changes = [f"{member} {_no_longer(*one, ending.whose)}." for one in labelling.in_order(ending.ends)]
    if ending.leaves_circle:
        changes.append(f"{member} is no longer in {ending.whose} circle.")
    return [*changes, *(_told_still(category, ending) for category in _told_about(ending))]


def _told_about(ending: Ending) -> list[Category]:
    return [category for category, right in labelling.in_order(ending.ends) if right is Right.BE_TOLD]


def _told_still(category: Category, ending: Ending) -> str:
    others, kind = list(ending.others_told.get(category, ())), labelling.kind(category)
    if others:
        return f"{labelling.listed(others)} {'is' if len(others) == 1 else 'are'} still told about {kind}."
    return (
        f"{ending.member} is the only person in the circle who is told about {kind}. If somebody should be, "
        "give it to another person first. The team is told as before."
    )


def _stays(ending: Ending) -> list[str]:
    stays = [] if ending.is_device else _seen(ending.member, ending.whose)
    stays.append(f"What {ending.member} has sent or written stays in {ending.whose} record, with the name.")
    if ending.keeps and not ending.leaves_circle:
        kept = labelling.listed([labelling.may(*one) for one in labelling.in_order(ending.keeps)])
        stays.append(f"{ending.member} can still {kept}.")
    return [*stays, f"The team sees {ending.whose} record as before. All of this can be given again."]


def _seen(member: str, whose: str) -> list[str]:
    return [f"What {member} has already seen of {whose} record cannot be unseen."]


def _nobody_told(ending: Ending) -> list[str]:
    return [str(category) for category in _told_about(ending) if not ending.others_told.get(category)]


def _no_longer(category: Category, right: Right, whose: str) -> str:
    if right is Right.ACT:
        return f"can no longer {labelling.may(category, right)}"
    verb = "can no longer see" if right is Right.SEE else "is no longer told about"
    return f"{verb} {whose} {labelling.kind(category).removeprefix('the ')}"


def _whom(whose: str) -> str:
    return "you" if whose == "your" else whose.removesuffix("’s")
