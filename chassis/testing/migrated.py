"""Databases that tests take one after another: migrated once, and emptied between two tests.

Making and migrating one takes a hundred times as long as emptying it.
"""

from __future__ import annotations

import dataclasses

from chassis.db.transaction import Connection

_MIGRATIONS = "migrations"
"""What chassis.db.migrate notes in each schema."""
_KEPT_BYTES_MAX = 16_000_000
"""Deleted rows stay in the files, and the next test would read past them."""
_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY relname
"""
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = $1"
_SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint
    FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'
"""
_SHAPE = r"""
    SELECT md5(string_agg(part, E'\n' ORDER BY part)) FROM (
        SELECT concat_ws(' ', 'relation', oid, relname, relkind, reloptions::text, relacl::text) AS part
        FROM pg_class WHERE relnamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'column', a.attrelid, a.attnum, a.attname, a.atttypid, a.attnotnull, a.attisdropped)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'default', d.adrelid, d.adnum, d.adbin)
        FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'constraint', oid, conname, convalidated, conbin)
        FROM pg_constraint WHERE connamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'trigger', t.oid, t.tgname, t.tgenabled)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'function', oid, proname, prosrc) FROM pg_proc WHERE pronamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'type', t.oid, t.typname, e.enumlabel, e.enumsortorder)
        FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = $1::regnamespace
        UNION ALL
        SELECT concat_ws(' ', 'outside', c.oid, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
        UNION ALL
        SELECT concat_ws(' ', 'schema', oid, nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%'
        UNION ALL
        SELECT concat_ws(' ', 'setting', s.setconfig::text)
        FROM pg_db_role_setting s JOIN pg_database b ON b.oid = s.setdatabase WHERE b.datname = current_database()
    ) AS parts
"""


@dataclasses.dataclass(frozen=True)
class Migrated:
    """A schema as its migrations left it: what it is made of, and the rows they put into it."""

    schema: str
    tables: tuple[str, ...]
    seeded: tuple[str, ...]
    sequences: tuple[tuple[str, int, bool], ...]
    """Each with where it stands, and whether that number was given out."""
    shape: str
    noted: tuple[str, ...]
    """The rows that say which migrations were applied."""

    @classmethod
    async def of(cls, connection: Connection, schema: str) -> Migrated:
        """Look at `schema`, in which nothing has been written since, and put copies of its rows aside."""
        tables = [name for (name,) in await connection.fetch(_TABLES, schema) if name != _MIGRATIONS]
        seeded = [name for name in tables if await connection.fetchval(f'SELECT EXISTS (TABLE "{schema}"."{name}")')]
        await connection.execute(f'CREATE SCHEMA "{schema}_as_migrated"')
        for name in seeded:
            await connection.execute(f'CREATE TABLE "{schema}_as_migrated"."{name}" AS TABLE "{schema}"."{name}"')
        sequences = []
        for (name,) in await connection.fetch(_SEQUENCES, schema):
            look = f'SELECT last_value, is_called FROM "{schema}"."{name}"'  # noqa: S608 - names of our sequences
            standing = await connection.fetchrow(look)
            sequences.append((name, *standing))
        shape = await connection.fetchval(_SHAPE, schema)
        return cls(schema, tuple(tables), tuple(seeded), tuple(sequences), shape, await _noted(connection, schema))

    async def restore(self, connection: Connection) -> bool:
        """Empty it, down to what the migrations wrote; false where a test has made something else of it."""
        if await connection.fetchval(_SIZE, self.schema) > _KEPT_BYTES_MAX:
            return False
        if await connection.fetchval(_SHAPE, self.schema) != self.shape:
            return False
        if await _noted(connection, self.schema) != self.noted:
            return False
        async with connection.transaction():
            # Neither triggers nor keys between tables have a say in what order rows go.
            await connection.execute("SET LOCAL session_replication_role = replica")
            deletions = [f"DELETE FROM {self._named(name)}" for name in self.tables]  # noqa: S608 - names of our tables
            await connection.execute("; ".join(deletions))
            for name in self.seeded:
                copied = f"INSERT INTO {self._named(name)} OVERRIDING SYSTEM VALUE TABLE {self._aside(name)}"
                await connection.execute(copied)
            for name, last, is_called in self.sequences:
                await connection.execute(
                    "SELECT setval($1::text::regclass, $2, $3)", self._named(name), last, is_called
                )
        return True

    def _named(self, name: str) -> str:
        return f'"{self.schema}"."{name}"'

    def _aside(self, name: str) -> str:
        return f'"{self.schema}_as_migrated"."{name}"'


async def _noted(connection: Connection, schema: str) -> tuple[str, ...]:
    look = f'SELECT each::text FROM "{schema}"."{_MIGRATIONS}" AS each ORDER BY 1'  # noqa: S608 - a name of our schema
    rows = await connection.fetch(look)
    return tuple(row[0] for row in rows)
