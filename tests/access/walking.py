"""Walk one persona through operations: first everything that must be refused, under the witness's eyes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.access.guards import OnPatient
from tests.access import matrix
from tests.access.calling import Line, Seen
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import Persona

Fits = Callable[[Answer, Seen], bool]


def walked(stage: Stage, persona: Persona, asked: Sequence[Operation], fits: Fits) -> list[str]:
    """What went otherwise than the policy says; raises where a refusal left a trace."""
    line, wrong = stage.line(persona.name), []
    refused = [one for one in asked if matrix.expected(persona, one) in matrix.REFUSED]
    before = stage.witness.sees()
    for operation in refused:
        answer, seen = matrix.expected(persona, operation), line.call(operation, tried=False)
        if not fits(answer, seen):
            wrong.append(told(operation, answer, seen))
    if stage.witness.sees() != before:
        wrong += culprits(stage, line, refused)
    for operation in asked:
        answer = matrix.expected(persona, operation)
        if answer in matrix.REFUSED:
            continue
        seen = line.call(operation)
        if not fits(answer, seen):
            wrong.append(told(operation, answer, seen))
        wrong += leaks(stage, persona, operation, seen)
    return wrong


def leaks(stage: Stage, persona: Persona, operation: Operation, seen: Seen) -> list[str]:
    """Words of Mary's in a list, a count, a file that is not of her record, shown to whom a look would be refused."""
    if operation.method != "GET" or operation.row.is_open or isinstance(operation.access, OnPatient):
        return []
    text = seen.answer.get_data().decode(errors="replace").replace(" ", "")
    shown = {name for name, word in stage.victim.secrets.items() if word in text} - matrix.seen_of_mary(persona)
    shown -= {"patient_id", "alert_id"} if "<" in operation.path else set()  # said back as they were asked
    return [f"{operation}: shows {', '.join(sorted(shown))}"] if shown else []


def culprits(stage: Stage, line: Line, refused: Sequence[Operation]) -> list[str]:
    """Which refusals change something, found by asking each of them again."""
    found = []
    for operation in refused:
        before = stage.witness.sees()
        line.call(operation, tried=False)
        after = stage.witness.sees()
        changed = sorted(table for table in after if after[table] != before[table])
        if changed:
            found.append(f"{operation}: changed {', '.join(changed)}")
    return found or ["something was changed by a refusal that happens once only"]


def told(operation: Operation, answer: Answer, seen: Seen) -> str:
    admitted = "admitted" if seen.was_admitted else "not admitted"
    return f"{operation}: {answer}, but was {admitted}: {seen.status} {seen.slug} {seen.location}".strip()
