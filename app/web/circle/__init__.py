"""Pages for members of a circle: whose circles I am in, what I may do there, how I leave."""
