"""Rules: pure evaluation of readings. Plans and readings in, findings out; no clock, no database."""
