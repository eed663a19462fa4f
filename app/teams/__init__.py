"""Organisations, teams, who works in them, and when they are there."""
