"""Servers that stand in for the outside world, each at its own protocol."""
