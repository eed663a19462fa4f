"""Nets over the whole tree: what may import what, how large, where the only commit is, what must not be left."""
