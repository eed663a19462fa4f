"""What every slice stands on; no word of care appears here."""
