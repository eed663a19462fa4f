"""Time comes from app.core.clock alone; a stopwatch for durations (monotonic, perf_counter) is no clock."""

import ast

import pytest

from tests.architecture import source
from tests.architecture.source import Source

CLOCK = "app/core/clock.py"
CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}


def other_clocks(file: Source) -> list[str]:
    """Where the file reads a clock of its own; handing the function on is reading it too."""
    tree = file.tree
    names = source.imported(tree)
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)]
    return [f"{file.at(node)} {name}" for node in read if (name := source.dotted(node, names)) in CLOCKS]


def test_only_the_clock_reads_the_time() -> None:
    source.expect_none([fault for file in source.python("app") if file.path != CLOCK for fault in other_clocks(file)])


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.now()",
        "from datetime import UTC, datetime as moment\nmoment.now(UTC)",
        "import datetime as dt\ndt.datetime.utcnow()",
        "import datetime\nfield(default=datetime.date.today)",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "from time import time\ntime()",
    ],
)
def test_another_clock_is_found(text: str) -> None:
    assert other_clocks(Source("app/teams/service.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "from app.core import clock\nclock.now()",
        "import time\ntime.monotonic() - time.perf_counter()",
        "from datetime import datetime\ndatetime.fromisoformat(x)",
        "def due(now): return now.time()",
    ],
)
def test_what_is_no_clock_passes(text: str) -> None:
    assert other_clocks(Source("app/teams/service.py", text)) == []
