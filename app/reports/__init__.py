"""Figures of a team: what was due and done, how far people have come; never of so few that one could be known."""
