"""What a record says of itself: who looked at it."""
