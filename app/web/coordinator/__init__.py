"""Pages for teams: the worklist, one patient, one alert."""
