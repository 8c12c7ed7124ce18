"""The bundled song, and the program that plays, sings and mixes it."""
