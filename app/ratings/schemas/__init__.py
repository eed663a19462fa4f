"""What the API of ratings takes and gives."""
