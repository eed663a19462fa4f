"""Files of readings: what each row of a log, an app's export or a table holds."""
