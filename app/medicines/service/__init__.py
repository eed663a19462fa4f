"""Use cases of medicines: the list, schedules, doses made ahead, answers, reminders, and who is told."""
