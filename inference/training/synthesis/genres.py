"""The table of all genres."""

from __future__ import annotations

from inference.training.synthesis.genre import Genre
from inference.training.synthesis.genres_of_bands import BANDS
from inference.training.synthesis.genres_of_machines import MACHINES

GENRES: dict[str, Genre] = BANDS | MACHINES
