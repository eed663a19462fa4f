"""What operators and programs ask of Kith itself: alive, ready, measured, described."""
