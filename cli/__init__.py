"""The `stripsession` command: everything a person or an operator does from a terminal."""
