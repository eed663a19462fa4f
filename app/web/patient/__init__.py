"""Pages for patients: today, add a reading, the reply to it, my numbers."""
