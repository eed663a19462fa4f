"""Kith gives no dosing advice: phrases that no text of medicines may hold. Pages and messages use this list too."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[3]
# Expressions that read what others wrote; nothing in them is ever shown.
READS_TEXTS = {"phrases.py", "harmless.py", "words.py"}

_DOSE = r"(?:it|one|doses?|tablets?|capsules?|medicines?|insulin|this|your|the|missed|late|next|extra|another|more)"
DENIED = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\btake (?:it|one|this|them|(?:the|your|this) \w+(?: \w+)?) (?:now|\w+ away|at once|later|anyway)\b",
        r"\bas soon as (?:you|possible)",
        r"\bdouble\b(?! check)",
        rf"\b(?:skip|miss|omit|leave out|leave) {_DOSE}(?: {_DOSE})*\b(?! (?:is|was|means|counts))",
        rf"\b(?:don't|do not|never|must not|should not|shouldn't) (?:take|use|have|inject|inhale) {_DOSE}\b",
        r"\b(?:you|they|he|she) (?:can|may|should|must|ought to|need to|could) (?:still |also |now )?"
        r"(?:take|have|use|inject|inhale|skip|miss|stop)\b",
        r"(?<!did you )\b(?:take|have|use|give|inject) (?:an? |the )?(?:extra|additional|another|two|second|half)\b",
        r"\b(?:stop|start|keep on|carry on|continue|resume) (?:taking|using)\b",
        r"\b(?:increase|reduce|lower|raise|change|adjust|halve) (?:the|your|this) doses?\b",
        r"\b(?:catch up|make up for)\b",
        r"\b(?:safe|fine|okay|ok|all right) to (?:take|have|use|skip|miss|stop)\b",
        r"\b(?:it is|it's) (?:too late|not too late)\b",
        r"\bwait (?:for )?\d+ (?:hours|minutes)\b",
        r"\bgive (?:it|them|the dose) (?:now|later)\b",
    )
)


def advice(text: str) -> list[str]:
    """The pieces of a text that would be dosing advice."""
    plain = " ".join(text.split())
    return [found[0] for expression in DENIED for found in expression.finditer(plain)]


def of_code(path: Path) -> Iterator[str]:
    """Every string of a module."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def of_toml(path: Path) -> Iterator[str]:
    """Every string of a content file."""
    left: list[object] = [tomllib.loads(path.read_text("utf-8"))]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one


def of_template(path: Path) -> Iterator[str]:
    """What a template says, without its tags."""
    yield re.sub(r"\{#.*?#\}|\{%.*?%\}|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)
