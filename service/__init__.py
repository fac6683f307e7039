"""How we answer: command line, HTTP, settings, storage."""
