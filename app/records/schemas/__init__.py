"""What records take and give."""
