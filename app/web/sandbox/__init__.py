"""What a sandbox would have sent, to be read in the browser; never in production."""
