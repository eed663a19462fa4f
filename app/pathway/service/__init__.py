"""Use cases of the care plan, one file each."""
