"""Evidence that strangers can check: one way to write it down, and one to verify it."""
