"""Where diagnoses are kept."""
