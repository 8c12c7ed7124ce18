"""Run every lint over the repository: `python -m tests.lints [ROOT]`. Exits 1 when a rule is broken."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.lints.browser_names import browser_names_elsewhere
from tests.lints.cookies import cookies_elsewhere
from tests.lints.locks import addresses_in_locks
from tests.lints.names import empty_names
from tests.lints.promises import unpromised_tests
from tests.lints.remarks import unfinished_work, unreasoned_switches, unreasoned_web_switches
from tests.lints.rooms import impure_hearts, incomplete_services, misplaced_rooms
from tests.lints.rpc_rules import undeclared_rpcs
from tests.lints.sizes import long_files, long_functions
from tests.lints.sleeps import sleeping_tests
from tests.lints.source import Finding, read_sources
from tests.lints.sql import every_column, sql_outside_store, unbounded_sets
from tests.lints.training import paths_to_training
from tests.lints.web_paths import hand_written_paths
from tests.lints.web_rooms import imports_from_above

RULES = (
    addresses_in_locks,
    browser_names_elsewhere,
    cookies_elsewhere,
    empty_names,
    every_column,
    unbounded_sets,
    hand_written_paths,
    imports_from_above,
    impure_hearts,
    long_files,
    long_functions,
    misplaced_rooms,
    paths_to_training,
    sleeping_tests,
    sql_outside_store,
    unpromised_tests,
    unfinished_work,
    unreasoned_switches,
    unreasoned_web_switches,
)


def lint(root: Path) -> list[Finding]:
    """Every finding under the root, in order of file and line."""
    sources = list(read_sources(root))
    findings = [finding for source in sources for rule in RULES for finding in rule(source)]
    return sorted([*findings, *incomplete_services(sources), *undeclared_rpcs(sources)])


def main(arguments: list[str]) -> int:
    """Print the findings; 1 when there are any."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    findings = lint(root)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
