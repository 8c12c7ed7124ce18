"""House lints: the rules of this repository that no public linter knows. `python -m tests.lints` runs them all."""
