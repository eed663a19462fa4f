"""The project's own Python, read as text: nothing here imports the app."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FORGOTTEN = {".venv", "var", "node_modules", "__pycache__"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it is in the project, and what it says."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def at(self, node: ast.stmt | ast.expr) -> str:
        return f"{self.path}:{node.lineno}"

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def python(*places: str) -> list[Source]:
    """Every Python file in these folders (or each file named) that exists."""
    roots = [PROJECT / place for place in places]
    files = sorted(file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py")))
    inside = [file.relative_to(PROJECT) for file in files]
    return [
        Source(path.as_posix(), (PROJECT / path).read_text("utf-8")) for path in inside if not FORGOTTEN & {*path.parts}
    ]


def tracked() -> list[Path]:
    """Every file that is, or is about to be, under version control."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    return [file for name in listed.split("\0") if name and (file := PROJECT / name).is_file()]


def expect_none(faults: Iterable[str]) -> None:
    """Fail with every fault on a line of its own."""
    if listed := list(faults):
        pytest.fail("\n".join([f"{len(listed)} found:", *listed]), pytrace=False)


def imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name of a module stands for: {"dt": "datetime", "now": "app.core.clock.now"}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    """The full name of an expression such as dt.datetime.now; None when it begins with no imported name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    return ".".join([names[node.id], *reversed(parts)])
