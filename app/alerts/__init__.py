"""From finding to alert to its owner: opened, acknowledged, resolved; and the honest reply."""
