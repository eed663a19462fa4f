"""Questions that are asked a page each, in an order; what was typed on the other pages travels with the form. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from werkzeug.datastructures import MultiDict

Faults = Callable[[str], dict[str, str]]


def following(form: Mapping[str, str], names: Sequence[str], faults: Faults) -> tuple[str | None, dict[str, str]]:
    """The question to be asked now, with what is wrong in its boxes; None once all are answered."""
    if form.get("to") in names:
        return form["to"], {}
    at = names.index(form["step"]) if form.get("step") in names else 0
    for each in names[: at + 1]:
        if errors := faults(each):
            return each, errors
    return (names[at + 1] if at + 1 < len(names) else None), {}


def kept(
    form: MultiDict[str, str], boxes: Mapping[str, Sequence[str]], question: str, always: Sequence[str]
) -> list[tuple[str, str]]:
    """What was typed on other pages, as hidden fields of this one."""
    others = {box for name, some in boxes.items() if name != question for box in some}
    return [(name, value) for name, value in form.items(multi=True) if name in others or name in always]


def before(names: Sequence[str], question: str) -> str | None:
    """The question before this one."""
    at = names.index(question)
    return names[at - 1] if at else None
