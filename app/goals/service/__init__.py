"""Use cases of goals, one file each."""
