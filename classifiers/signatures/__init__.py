"""The signature book: what failures of each system look like, with the examples that test it."""
