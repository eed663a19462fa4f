"""One place commits and rolls back: app/core/unit_of_work.py. A savepoint is a with block, so it does neither."""

import ast

import pytest

from tests.architecture import source
from tests.architecture.source import Source

UNIT_OF_WORK = "app/core/unit_of_work.py"
ENDINGS = {"commit", "rollback"}
# `with engine.begin()` commits at its end. The core has transactions of their own, for a count or a claim that must
# outlive the request; a slice has none.
ENDINGS_IN_A_SLICE = ENDINGS | {"begin"}
SPOKEN = {"commit", "rollback", "begin", "start", "end", "abort"}


def endings(file: Source) -> list[str]:
    """Where the file begins, commits or rolls back a transaction itself, by method or in SQL."""
    forbidden = ENDINGS if file.path.startswith("app/core/") else ENDINGS_IN_A_SLICE
    called = [
        f"{file.at(call)} .{call.func.attr}()"
        for call in file.calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr in forbidden
    ]
    spoken = [
        f"{file.at(text)} {text.value!r}"
        for call in file.calls()
        for text in ast.walk(call)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and _ends_a_transaction(text.value)
    ]
    return sorted({*called, *spoken})


def _ends_a_transaction(statement: str) -> bool:
    """COMMIT, END; or ROLLBACK TRANSACTION, as a statement by itself and in capitals."""
    words = statement.strip().rstrip(";").split()
    return bool(words) and words[0].isupper() and words[0].lower() in SPOKEN and words[1:] in ([], ["TRANSACTION"])


def test_only_the_unit_of_work_commits() -> None:
    source.expect_none([fault for file in source.python("app") if file.path != UNIT_OF_WORK for fault in endings(file)])


def test_the_unit_of_work_commits_once_and_rolls_back_once() -> None:
    (file,) = source.python(UNIT_OF_WORK)
    assert [fault.split()[1] for fault in endings(file)] == [".commit()", ".rollback()"]


@pytest.mark.parametrize(
    "text",
    [
        "db.session.commit()",
        "session.rollback()",
        "with engine.begin() as connection: pass",
        "connection.execute('COMMIT')",
        "session.execute(text('ROLLBACK TRANSACTION;'))",
    ],
)
def test_a_second_commit_is_found(text: str) -> None:
    assert endings(Source("app/teams/service.py", text))


@pytest.mark.parametrize(
    "text",
    ["with session.begin_nested(): pass", "notes.append('commit to it')", "name(state='end')", "press('End')"],
)
def test_what_is_no_commit_passes(text: str) -> None:
    assert endings(Source("app/teams/service.py", text)) == []
