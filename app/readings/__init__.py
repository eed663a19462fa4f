"""Readings: what may be observed, in what units, and what each reading becomes when it arrives."""
