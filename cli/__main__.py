"""Entry point of `stripsession`."""

from __future__ import annotations

import os


def main() -> None:
    """Set what gRPC reads when it is imported, then run the command line."""
    # The supervisor starts processes while it asks others for their health; gRPC would remark on every one.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    from cli import verbs

    verbs.main()


if __name__ == "__main__":
    main()
