"""What a text says; pure. What is known of the sender comes in as arguments, and nothing is ever guessed."""
