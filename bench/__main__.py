"""Measure, and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from app import config
from bench import results, running, stage
from bench.benchmarks import FULL, QUICK

RESULTS = Path(__file__).with_name("RESULTS.md")
FOLDER = config.VAR / "bench"


def main() -> None:
    """Run all of it; a quick run prints its results and leaves the file as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds: printed, not written")
    parser.add_argument("--rounds", type=int, help="how many rounds, at least three for the file")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    size = replace(size, rounds=chosen.rounds or size.rounds)
    load_before = os.getloadavg()[0]
    with running.own_server(FOLDER / "postgres") as server, stage.stage(server, "kith_bench", FOLDER) as made:
        print(f"Enrolling {size.patients:,} patients ...", flush=True)
        outcome = running.run(made, size)
        page = results.page(made, size, *outcome, load_before)
    print(page)
    if not chosen.quick:
        RESULTS.write_text(page)


if __name__ == "__main__":
    main()
