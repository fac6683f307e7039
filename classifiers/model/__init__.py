"""The text model: hashed n-grams of masked text, linear, loaded from arrays."""
