"""Benchmarks: Kith and its own bare ceiling in the same run, interleaved. `python -m bench --quick` for a short one."""
