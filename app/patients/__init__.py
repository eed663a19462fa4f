"""Patients, their one named coordinator, their circle and what it may see."""
