"""Rows written in the same moment keep one order: whoever sorts by created_at alone shows a list that shuffles."""

import ast

from tests.architecture import source
from tests.architecture.source import Source


def sorted_by_the_moment_alone(file: Source) -> list[str]:
    """Where rows are ordered by when they were made and by nothing that tells two of one moment apart."""
    orders = [call for call in file.calls() if isinstance(call.func, ast.Attribute) and call.func.attr == "order_by"]
    return [file.at(call) for call in orders if len(call.args) == 1 and ".created_at" in ast.unparse(call.args[0])]


def test_no_list_shuffles_rows_of_one_moment() -> None:
    source.expect_none([fault for file in source.python("app") for fault in sorted_by_the_moment_alone(file)])


def test_an_order_by_the_moment_alone_is_found() -> None:
    text = "a.order_by(Row.created_at.desc())\nb.order_by(Row.created_at, Row.id)\nc.order_by(Row.ends_on)"
    assert sorted_by_the_moment_alone(Source("app/teams/queries.py", text)) == ["app/teams/queries.py:1"]
