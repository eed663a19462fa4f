"""What the API of medicines takes and gives."""
