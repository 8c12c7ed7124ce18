"""The account in a file, so that customers outlive a restart."""

from __future__ import annotations

import json
import os
from pathlib import Path

from stack.stripe.deliverer import Deliverer
from stack.stripe.idempotency import Answers
from stack.stripe.world import World

_FORM = 1
_FILE = "account.json"


class SnapshotInvalid(ValueError):
    """The kept account cannot be read: move it away to begin anew."""


class Snapshot:
    """Keeps the state in a folder. It holds no card numbers, as there are none."""

    def __init__(self, folder: Path, world: World, deliverer: Deliverer, answers: Answers) -> None:
        """The folder is made when needed."""
        self._path = folder / _FILE
        self._world = world
        self._deliverer = deliverer
        self._answers = answers
        self._saved = -1

    def load(self) -> bool:
        """Take up what was kept; False where there is nothing. Raises SnapshotInvalid."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise SnapshotInvalid(f"{self._path} cannot be read: move it away to begin anew") from error
        if not isinstance(kept, dict) or kept.get("form") != _FORM:
            raise SnapshotInvalid(f"{self._path} is of another form: move it away to begin anew")
        world = self._world
        world.seed, world.serial = kept["seed"], kept["serial"]
        world.tables, world.notes = kept["tables"], kept["notes"]
        world.clock.restore(kept["now"], kept["ahead_s"])
        self._deliverer.load(kept["deliveries"])
        self._answers.load(kept["answers"])
        return True

    def save(self) -> None:
        """Write what changed since the last time; the file is whole at every moment."""
        world = self._world
        if world.changes == self._saved:
            return
        kept = {
            "form": _FORM,
            "seed": world.seed,
            "serial": world.serial,
            "now": world.clock.now() if world.clock.is_frozen else None,
            "ahead_s": world.clock.ahead_s,
            "tables": world.tables,
            "notes": world.notes,
            "deliveries": self._deliverer.dump(),
            "answers": self._answers.dump(),
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".part")
        # An earlier run was killed while it wrote.
        partial.unlink(missing_ok=True)
        # It holds customers and the secrets of endpoints.
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)
        self._saved = world.changes
