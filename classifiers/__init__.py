"""How we decide: pure functions from raw evidence to a diagnosis."""
