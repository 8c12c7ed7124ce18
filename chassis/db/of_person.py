"""What every holder of data knows of finding one person's rows, to count them and to give them."""

from __future__ import annotations

from collections.abc import Mapping

OF_NOBODY: Mapping[str, str] = {
    "migrations": "which changes of the schema were made, and of nobody",
    "outbox": "facts with opaque identifiers, gone within moments",
    "inbox": "names of facts that were acted on, and of nobody",
    "dead_letters": "facts with opaque identifiers that could not be acted on, found by no person's",
    "operator_acts": "what operators did, of which a person is told elsewhere; found by no person's identifier",
    "operator_act_outcomes": "as the acts are",
    "erased_people": "a note of who was erased, of whom nothing else is held",
}
"""Tables that the chassis gives every service, and why nothing in them is counted or given."""


def of_each(table: str, columns: str, key: str, holders: str) -> str:
    """Rows `r` that hang on others of the person, which `holders` finds as `h`: asked for by each, and never joined.

    A join that planners may choose otherwise would read everybody's.
    """
    named = ", ".join(columns.split())
    each = f"(SELECT {named} FROM {table} WHERE {key} = h.{key} OFFSET 0)"  # noqa: S608 - constants of a service's code
    return f"{holders.replace(' WHERE ', f' CROSS JOIN LATERAL {each} AS r WHERE ', 1)}"
