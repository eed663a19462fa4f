"""Protocols: clinical content files, their loader and their vectors; monitoring plans."""
