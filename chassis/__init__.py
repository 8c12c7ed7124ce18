"""The shared runtime of every service; it knows no service."""
