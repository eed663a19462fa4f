"""The circle talks: a feed, threads and the team's inbox, visits, and asking for help."""
