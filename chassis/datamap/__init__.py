"""What is kept of people, where, for how long, and what removes it: read from each owner's `datamap.yaml`."""
