"""Input formats: one module each; every one turns raw input into failures."""
