"""The routes: each loads, asks, answers; nothing is decided here."""
