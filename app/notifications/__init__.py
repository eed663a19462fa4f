"""Telling a person: what is sent, by which channel, and what became of it."""
