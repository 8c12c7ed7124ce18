"""`python -m services.library serve|migrate`: uploads, tracks, playback and downloads."""

from __future__ import annotations

import argparse

from chassis import process
from services.library import wiring
from services.library.settings import LibrarySettings


def main() -> None:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="library", description="Keeps what listeners send and what is made of it.")
    parser.add_argument("verb", choices=["serve", "migrate"])
    verb = parser.parse_args().verb
    process.enter("library", LibrarySettings, wiring.serve if verb == "serve" else wiring.migrate)


if __name__ == "__main__":
    main()
