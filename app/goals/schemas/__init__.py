"""What goals look like from outside."""
