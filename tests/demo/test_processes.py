"""Processes that are looked after: started again when they die, stopped together, given up when they keep ending."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.demo import ports, processes
from app.demo.processes import Child, KeepsEnding

PATIENT = "import time; time.sleep(60)"


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    made = Child("helper", [sys.executable, "-c", PATIENT], {"KITH_TRIED": "yes"}, tmp_path / "helper.log")
    yield made
    processes.stop_all([made])


def test_a_child_that_was_killed_is_started_again_with_a_word(child: Child) -> None:
    said: list[str] = []
    child.start()
    first = child.process
    assert first is not None
    processes.look_after([child], said.append)
    assert said == []
    os.kill(first.pid, signal.SIGKILL)
    first.wait(10)
    processes.look_after([child], said.append)
    assert said == [f"The helper ended (code -9) and is started again. Why is in {child.log}."]
    assert child.process is not first
    assert child.exit_code() is None


def test_a_child_that_keeps_ending_is_given_up(child: Child) -> None:
    child.command = [sys.executable, "-c", "raise SystemExit(3)"]

    def look_after_its_endings() -> None:
        while child.process is not None:
            child.process.wait(10)
            processes.look_after([child], lambda _: None)

    child.start()
    with pytest.raises(KeepsEnding, match=r"helper\.log"):
        look_after_its_endings()
    assert len(child.started) == processes.MOST_STARTS + 1


def test_children_are_stopped_together_and_leave_nothing(child: Child, tmp_path: Path) -> None:
    other = Child("other", child.command, {}, tmp_path / "other.log")
    for one in (child, other):
        one.start()
    pids = [one.process.pid for one in (child, other) if one.process]
    processes.stop_all([child, other])
    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_child_has_a_session_of_its_own_so_that_ctrl_c_does_not_reach_it(child: Child) -> None:
    child.start()
    assert child.process is not None
    assert os.getsid(child.process.pid) != os.getsid(0)


def test_the_next_free_port_is_found_and_the_holder_of_a_taken_one_named() -> None:
    with ports.socket.socket() as taken:
        taken.bind((ports.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not ports.is_free(port)
        assert ports.next_free(port) not in (None, port)
        assert str(os.getpid()) in ports.holder(port)
