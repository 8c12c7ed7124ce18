"""Product code for tests: real servers, manual clock, certificates."""
