"""How people come in and go out: sign-in, sign-out, the start, short links, static files."""
