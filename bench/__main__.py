"""Measure, and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from app import config
from bench import burst_results, bursts, results, running, stage
from bench.benchmarks import FULL, QUICK

RESULTS = Path(__file__).with_name("RESULTS.md")
FOLDER = config.VAR / "bench"


def main() -> None:
    """Run all of it; a quick run prints its results and leaves the file as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds: printed, not written")
    parser.add_argument("--bursts", action="store_true", help="only benchmarks 4, 7 and 8, and their part of the file")
    parser.add_argument("--rounds", type=int, help="how many rounds, at least three for the file")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    size = replace(size, rounds=chosen.rounds or size.rounds)
    if chosen.bursts:
        _put(_bursts(chosen.quick), chosen.quick)
        return
    load_before = os.getloadavg()[0]
    with running.own_server(FOLDER / "postgres") as server, stage.stage(server, "kith_bench", FOLDER) as made:
        print(f"Enrolling {size.patients:,} patients ...", flush=True)
        outcome = running.run(made, size)
        page = results.page(made, size, *outcome, load_before)
    _put(f"{page}\n{_bursts(chosen.quick)}", chosen.quick)


def _bursts(is_quick: bool) -> str:
    """On a database of its own, which is a million patients larger."""
    size, load_before = bursts.QUICK if is_quick else bursts.FULL, os.getloadavg()[0]
    with running.own_server(FOLDER / "postgres") as server, stage.stage(server, "kith_bursts", FOLDER) as made:
        found = bursts.measure(made, size)
    return burst_results.section(found, size, (load_before, os.getloadavg()[0]))


def _put(page: str, is_quick: bool) -> None:
    """Print it; and write it, with what stands before it if it is only a part."""
    print(page)
    if is_quick:
        return
    before = RESULTS.read_text().partition(burst_results.HEADING)[0] if page.startswith(burst_results.HEADING) else ""
    RESULTS.write_text(before + page)


if __name__ == "__main__":
    main()
