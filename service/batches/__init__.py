"""Batches: files in, the same rows with the `triage_` columns out."""
