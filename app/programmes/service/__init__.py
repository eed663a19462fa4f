"""Use cases of monitoring by text: begin, pause and end it, ask, and see what came."""
