"""The care plan, as far as it is there yet: what was agreed to be done, by whom, until when."""
