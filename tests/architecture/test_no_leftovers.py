"""Nothing half-done, nothing faked, nothing of one machine is left in the tree."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import source
from tests.architecture.source import PROJECT, Source

# Put together here so that this file does not hold what it looks for.
NOTES = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
PLACES = re.compile(r"(?<![\w.~:/-])/(wo" + r"rk|ro" + r"ot|home/\w+|Users/\w+)(?=/|\b)")
HOSTS = re.compile("|".join(["py" + r"pi\.org", "registry" + r"\.npmjs\.org", "files" + r"\.pythonhosted"]))
FAKES = {"unittest.mock", "mock", "pytest_mock"}


def notes_to_self(file: Source) -> list[str]:
    """Work put off in a comment, a string or a stub."""
    noted = [
        f"{file.path}:{number} {found.group()}"
        for number, line in enumerate(file.text.splitlines(), 1)
        if (found := NOTES.search(line))
    ]
    stubs = [node for node in ast.walk(file.tree) if isinstance(node, ast.Name) and node.id == "NotImplementedError"]
    return noted + [f"{file.at(node)} {node.id}" for node in stubs]


def skipped_tests(file: Source) -> list[str]:
    """Tests that never run, or may not run without saying why; skipif and pytest.skip must give a reason."""
    faults = []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute) and _mark(node) in {"skip", "xfail"}:
            faults.append(f"{file.at(node)} mark.{node.attr}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = {keyword.arg for keyword in node.keywords}
            if _mark(node.func) == "skipif" and "reason" not in given:
                faults.append(f"{file.at(node)} skipif without reason")
            if ast.unparse(node.func) in {"pytest.skip", "pytest.xfail"} and not node.args and "reason" not in given:
                faults.append(f"{file.at(node)} skip without reason")
    return faults


def _mark(node: ast.Attribute) -> str | None:
    return node.attr if isinstance(node.value, ast.Attribute) and node.value.attr == "mark" else None


def fakes(file: Source) -> list[str]:
    """Mocks, and our own code changed from outside: only the outside world is faked, at its protocol."""
    tree = file.tree
    ours = {name: meaning for name, meaning in source.imported(tree).items() if meaning.split(".")[0] == "app"}
    faults = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            faults += [f"{file.at(node)} {alias.name}" for alias in node.names if alias.name in FAKES]
        elif isinstance(node, ast.ImportFrom):
            spoken = {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
            faults += [f"{file.at(node)} {name}" for name in sorted(spoken & FAKES)]
        elif isinstance(node, ast.Call) and _patches(node, ours):
            faults.append(f"{file.at(node)} {ast.unparse(node)}")
        elif isinstance(node, ast.Assign):
            changed = [target for target in node.targets if isinstance(target, ast.Attribute)]
            faults += [f"{file.at(node)} {ast.unparse(target)} =" for target in changed if source.dotted(target, ours)]
    return faults


def _patches(call: ast.Call, ours: dict[str, str]) -> bool:
    """monkeypatch.setattr(ours, ...), monkeypatch.setattr("app...", ...), setattr(ours, ...), and for items alike."""
    verb = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if verb not in {"setattr", "delattr", "setitem", "delitem"} or not call.args:
        return False
    target = call.args[0]
    if isinstance(target, ast.Constant):
        return str(target.value).startswith("app.")
    return source.dotted(target, ours) is not None


def one_machine(path: str, text: str) -> list[str]:
    """Folders of one machine and hosts of one registry."""
    return [
        f"{path}:{number} {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern in (PLACES, HOSTS)
        if (found := pattern.search(line))
    ]


def read(path: Path) -> str:
    """The text of any file; what is no text (a picture) is read for its readable parts."""
    return path.read_bytes().decode("utf-8", errors="ignore")


CODE = source.python("app", "bench", "migrations", "tests", "wsgi.py")
TESTS = [file for file in CODE if file.path.startswith("tests/")]


def test_no_work_is_put_off() -> None:
    source.expect_none([fault for file in CODE for fault in notes_to_self(file)])


def test_no_test_is_skipped_without_a_name() -> None:
    source.expect_none([fault for file in TESTS for fault in skipped_tests(file)])


def test_our_own_code_is_never_faked() -> None:
    source.expect_none([fault for file in CODE for fault in fakes(file)])


def test_no_file_knows_a_machine_or_a_registry() -> None:
    files = source.tracked()
    assert files
    source.expect_none([fault for file in files for fault in one_machine(str(file.relative_to(PROJECT)), read(file))])


@pytest.mark.parametrize("text", ["# TO" + "DO: later", "raise NotImplemented" + "Error", "x = 1  # FIX" + "ME"])
def test_work_put_off_is_found(text: str) -> None:
    assert notes_to_self(Source("app/teams/service.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.skip\ndef test_it(): pass",
        "@pytest.mark.skip(reason='later')\ndef test_it(): pass",
        "@pytest.mark.xfail(reason='broken')\ndef test_it(): pass",
        "@pytest.mark.skipif(True)\ndef test_it(): pass",
        "pytestmark = pytest.mark.skip",
        "pytest.skip()",
    ],
)
def test_a_skipped_test_is_found(text: str) -> None:
    assert skipped_tests(Source("tests/teams/test_service.py", text))


def test_a_named_skip_passes() -> None:
    text = "@pytest.mark.skipif(not CHROMIUM, reason='no Chromium')\ndef test_it(): pytest.skip('no Chromium')"
    assert skipped_tests(Source("tests/journeys/test_reading.py", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "from unittest import mock",
        "import unittest.mock",
        "from unittest.mock import patch",
        "from app.core import clock\nmonkeypatch.setattr(clock, 'now', fake)",
        "import app.core.clock\nmonkeypatch.setattr(app.core.clock, 'now', fake)",
        "from app.teams import service as teams\nmonkeypatch.setattr(teams.rota, 'on_duty', fake)",
        "monkeypatch.setattr('app.core.clock.now', fake)",
        "from app.core import clock\nclock.now = fake",
        "from app.core import clock\nsetattr(clock, 'now', fake)",
        "from app.core.errors import STATUS\nmonkeypatch.setitem(STATUS, 'a', 1)",
    ],
)
def test_a_fake_is_found(text: str) -> None:
    assert fakes(Source("tests/teams/test_service.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "monkeypatch.setenv('SECRET_KEY', 'x')",
        "import socket\nmonkeypatch.setattr(socket, 'create_connection', refuse)",
        "def test_it(app): app.testing = True",
        "from app.core import clock\nwith clock.at(noon): pass",
    ],
)
def test_what_is_no_fake_passes(text: str) -> None:
    assert fakes(Source("tests/teams/test_service.py", text)) == []


@pytest.mark.parametrize(
    "text", ["see /wo" + "rk/main", "'/ro" + "ot/.venv'", "https://py" + "pi.org/simple", "cd /home/" + "anna/kith"]
)
def test_a_machine_is_found(text: str) -> None:
    assert one_machine("README.md", text)


@pytest.mark.parametrize(
    "text", [":root { color: red }", "https://example.org/work/", "GET /workers", "../work", "/roots"]
)
def test_what_is_no_machine_passes(text: str) -> None:
    assert one_machine("README.md", text) == []
