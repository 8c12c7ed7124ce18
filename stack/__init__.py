"""Everything on one machine: the supervisor behind `stripsession up`, and its doctor."""
