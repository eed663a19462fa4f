"""Use cases of the SMS face: what a text about doses says is done by the same services as on a page."""
