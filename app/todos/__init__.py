"""Work for people that is no alert: check a number, settle a contradiction, review a rating."""
