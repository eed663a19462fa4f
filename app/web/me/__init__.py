"""One's own account, for everybody: how I sign in, my devices."""
