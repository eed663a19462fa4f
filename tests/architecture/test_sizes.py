"""Small files, short functions, plain file names: near the limit a file is split by use case, not by technical kind."""

import ast
import re
from pathlib import PurePosixPath

import pytest

from tests.architecture import source
from tests.architecture.source import Function, Source

FILE, TEST_FILE, FUNCTION, VIEW = 300, 500, 40, 12
VERBS = {"get", "post", "put", "patch", "delete", "route"}

VOCABULARY = {"routes", "schemas", "service", "queries", "models", "events", "handlers", "jobs", "commands"}
FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
# What architecture.md names beside the vocabulary: the guards of access, the channels of notifications.
NAMED = {"app/access/guards", "app/notifications/channels"}
NO_SLICES = {"core", "web", "demo"}  # the core, pages cut by audience, people and their histories
# A module outside the vocabulary computes something, so it knows no request, no table, no clock and no edge.
IMPURE = {"flask", "flask_smorest", "flask_sqlalchemy", "sqlalchemy", "psycopg", "procrastinate", "urllib3"}
IMPURE_CORE = {f"app.core.{name}" for name in ("db", "unit_of_work", "clock", "http", "queue", "claims")}


def too_long(file: Source) -> list[str]:
    """The file, functions and views over their limit, with their length."""
    in_tests = file.path.startswith("tests/")
    limit, lines = TEST_FILE if in_tests else FILE, len(file.text.splitlines())
    faults = [f"{file.path} has {lines} lines, {limit} allowed"] if lines > limit else []
    for function in file.functions():
        limit = VIEW if is_view(file, function) else FUNCTION
        if (lines := length(function)) > limit:
            faults.append(f"{file.at(function)} {function.name} has {lines} lines, {limit} allowed")
    return faults


def length(function: Function) -> int:
    """From def to the last line; decorators are not counted."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_view(file: Source, function: Function) -> bool:
    """A function of routes or pages that is registered for a method of HTTP."""
    path = PurePosixPath(file.path)
    place = "routes" in (path.stem, path.parent.name) or path.parts[:2] == ("app", "web")
    return place and any(
        isinstance(node, ast.Attribute) and node.attr in VERBS
        for decorator in function.decorator_list
        for node in [decorator.func if isinstance(decorator, ast.Call) else decorator]
    )


def imports_inside_functions(file: Source) -> list[str]:
    """Imports that run only when a function does: they hide what a module needs."""
    return [
        f"{file.at(node)} in {function.name}"
        for function in file.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def empty_name(file: Source) -> list[str]:
    """The words of the path that say nothing about what is inside."""
    words = re.split(r"[/_.]", file.path.removesuffix(".py"))
    return [f"{file.path}: {word}" for word in words if word in FORBIDDEN]


def impurities(file: Source) -> list[str]:
    """What a module of a slice imports although its name is not in the vocabulary."""
    path = PurePosixPath(file.path)
    in_slice = path.parts[0] == "app" and len(path.parts) > 2 and path.parts[1] not in NO_SLICES
    own_word = path.stem in VOCABULARY or (path.parts[2:3] and path.parts[2] in VOCABULARY)
    named = any(file.path == name or file.path.startswith(f"{name}/") for name in NAMED)
    if not in_slice or own_word or named or path.stem == "__init__":
        return []
    return [f"{file.path} imports {name}" for name in sorted(imports(file)) if _is_impure(name)]


def imports(file: Source) -> set[str]:
    """What a file imports: libraries by their name, our own modules by slice and file (app.teams.queries)."""
    found: set[str] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {".".join(name.split(".")[: 3 if name.startswith("app.") else 1]) for name in found}


def _is_impure(name: str) -> bool:
    top, *rest = name.split(".")
    of_a_slice = top == "app" and rest[0] not in NO_SLICES
    return name in IMPURE | IMPURE_CORE or (of_a_slice and rest[-1] in VOCABULARY - {"events"})


PYTHON = source.python("app", "bench", "migrations", "tests", "wsgi.py")
APP = [file for file in PYTHON if file.path.startswith("app/")]


def test_files_functions_and_views_are_short() -> None:
    source.expect_none([fault for file in PYTHON for fault in too_long(file)])


def test_no_import_hides_in_a_function() -> None:
    source.expect_none([fault for file in PYTHON for fault in imports_inside_functions(file)])


def test_every_file_says_what_is_inside() -> None:
    source.expect_none([fault for file in PYTHON for fault in empty_name(file)])


def test_a_slice_has_its_vocabulary_and_pure_modules() -> None:
    source.expect_none([fault for file in APP for fault in impurities(file)])


def lines(count: int, head: str = "def one():") -> str:
    return head + "\n    x = 1" * (count - head.count("\n") - 1)


LONG = {
    "file": Source("app/teams/service.py", "x = 1\n" * 301),
    "test file": Source("tests/teams/test_service.py", "x = 1\n" * 501),
    "function": Source("app/teams/service.py", lines(41)),
    "function of a test": Source("tests/teams/test_service.py", lines(41)),
    "function in a function": Source("app/teams/service.py", "class A:\n  def one():\n    x = 1" + "\n    x = 1" * 40),
    "view": Source("app/teams/routes.py", "@routes.get('/teams', access=1)\n" + lines(13)),
    "view in a package": Source("app/teams/routes/rota.py", "@routes.route('/teams')\n" + lines(13)),
    "page": Source("app/web/patient/pages.py", "@pages.post('/', access=1)\n" + lines(13)),
}
SHORT = {
    "file": Source("app/teams/service.py", "x = 1\n" * 300),
    "test file": Source("tests/teams/test_service.py", "x = 1\n" * 500),
    "function": Source("app/teams/service.py", lines(40)),
    "view": Source("app/teams/routes.py", "@routes.get(\n  '/teams',\n  access=1,\n)\n" + lines(12)),
    "no view": Source("app/teams/routes.py", lines(13)),
}


@pytest.mark.parametrize("file", LONG.values(), ids=LONG)
def test_what_is_too_long_is_found(file: Source) -> None:
    assert too_long(file)


@pytest.mark.parametrize("file", SHORT.values(), ids=SHORT)
def test_what_is_short_passes(file: Source) -> None:
    assert too_long(file) == []


def test_a_hidden_import_is_found() -> None:
    assert imports_inside_functions(Source("app/teams/service.py", "def one():\n    import os"))


@pytest.mark.parametrize("path", ["app/teams/utils.py", "app/misc/rota.py", "tests/helpers.py", "app/date_helper.py"])
def test_an_empty_name_is_found(path: str) -> None:
    assert empty_name(Source(path, ""))


IMPURE_MODULES = {
    "a table": "from app.teams import models",
    "one table": "from app.teams.models import Team",
    "the database": "from app.core.db import db",
    "a clock": "from app.core import clock",
    "a request": "from flask import g",
    "SQL": "import sqlalchemy as sa",
    "a service": "import app.teams.service",
}


@pytest.mark.parametrize("text", IMPURE_MODULES.values(), ids=IMPURE_MODULES)
def test_an_impure_module_is_found(text: str) -> None:
    assert impurities(Source("app/teams/cover.py", text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/teams/queries.py", "from app.core.db import db"),
        ("app/teams/service/cover.py", "from app.core import clock"),
        ("app/core/cover.py", "from app.core import clock"),
        ("app/access/guards/admitting.py", "from flask import g"),
        ("app/notifications/channels/email.py", "import urllib3"),
        ("app/teams/cover.py", "from app.teams import service_hours\nfrom app.core import errors"),
    ],
)
def test_the_vocabulary_and_pure_modules_pass(path: str, text: str) -> None:
    assert impurities(Source(path, text)) == []
