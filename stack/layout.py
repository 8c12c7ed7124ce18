"""Where things lie in the data folder, and where the program's own files are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

SERVICES = ("auth", "billing", "library", "separation", "retention", "gateway")
"""Every service that is its own process, in the order in which they are started."""
WORKER = "worker"
STRIPE = "stripe"
"""The stand-in of the payment provider, where no money moves."""
PROVIDER = "provider"
"""The stand-in of a provider that people sign in by, where nobody's account is."""
STORED = ("auth", "billing", "library", "separation", "retention")
"""Services with a schema and a role of their own in PostgreSQL."""
DATA_FOLDER = Path(".data")
"""Where an installation keeps everything, seen from where it was started, unless told otherwise."""
CERTIFIED = (*SERVICES, "console", "nats")


@dataclasses.dataclass(frozen=True)
class Layout:
    """The data folder of one installation; everything that it keeps is below `root`."""

    root: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's cluster."""
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        """JetStream's storage."""
        return self.root / "nats"

    @property
    def objects(self) -> Path:
        """Sealed uploads and stems."""
        return self.root / "objects"

    @property
    def certificates(self) -> Path:
        """The local authority and its certificates."""
        return self.root / "certificates"

    @property
    def secrets(self) -> Path:
        """Passwords and the master key, readable by their owner alone."""
        return self.root / "secrets"

    @property
    def mail(self) -> Path:
        """What people of this installation are mailed, where no SMTP server takes it."""
        return self.root / "mail"

    @property
    def logs(self) -> Path:
        """One file of JSON lines per process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What is true only while the stack runs, and ports kept from run to run."""
        return self.root / "run"

    @property
    def triton(self) -> Path:
        """The inference server's environment, made on first run."""
        return self.root / "triton"

    @property
    def stripe(self) -> Path:
        """The stand-in's account."""
        return self.root / "stripe"

    @property
    def models(self) -> Path:
        """Models that the operator imported, and the name of the chosen default."""
        return self.root / "models"

    @property
    def model_repository(self) -> Path:
        """What Triton serves, made anew at every start."""
        return self.triton / "models"

    @property
    def gpu_networks(self) -> Path:
        """Networks with their transforms inside, by their models' names; made again when removed."""
        return self.root / "gpu"

    @property
    def importing(self) -> Path:
        """Environments of the programs that read models of others, made when they are first needed."""
        return self.root / "importing"

    @property
    def state_file(self) -> Path:
        """Addresses and process ids of the running stack, for the command line and the doctor."""
        return self.run / "stack.json"


def program_root() -> Path:
    """Folder that holds `inference/` and `web/`."""
    return Path(__file__).resolve().parent.parent
