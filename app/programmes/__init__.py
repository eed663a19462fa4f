"""Monitoring by text: somebody is asked for what their plan measures, at set times of their day."""
