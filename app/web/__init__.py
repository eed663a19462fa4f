"""Pages for people: server-rendered, by audience, on the NHS components with our own look."""
