"""Entry point of `stripsession`."""

from __future__ import annotations

import os

from cli.exits import INTERRUPTED


def main() -> None:
    """Set what gRPC reads when it is imported, then run the command line."""
    # The supervisor starts processes while it asks others for their health; gRPC would remark on every one.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    try:
        from cli import verbs

        verbs.main()
    except KeyboardInterrupt:
        # Within the first second, before anything is under way.
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main()
