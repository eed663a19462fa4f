"""The SMS face: what people text, understood and done by the same services as a page. First: answers about doses."""
