"""Medicines: the list, schedules, doses made ahead, reminders and answers, as-needed limits, stock, adherence."""
