"""Accounts in PostgreSQL."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress
from services.auth.store.email_codes import PostgresEmailCodes


class PostgresAccounts:
    """Accounts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, account: Account) -> bool:
        """Store a new account; false when its address is taken, or was promised to another when it was made."""
        tag: str = await self._connection.execute(
            "INSERT INTO accounts"
            " (user_id, email, email_key, display_name, password_hash, created_at, email_verified_at, age_confirmed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email_key) DO NOTHING",
            account.user_id,
            account.email.typed or None,
            account.email.key or None,
            account.display_name,
            account.password_hash,
            account.created_at,
            account.email_verified_at,
            account.age_confirmed_at,
        )
        if not tag.endswith(" 1"):
            return False
        # Asked for after the insert, which waits for whoever is just giving the address up: their code is seen here.
        promised = await PostgresEmailCodes(self._connection).promised_to(account.email.key, account.created_at)
        if promised is not None:
            await self._connection.execute("DELETE FROM accounts WHERE user_id = $1", account.user_id)
        return promised is None

    async def get(self, user_id: str) -> Account | None:
        """One account."""
        row = await self._connection.fetchrow(
            "SELECT user_id, email, email_key, display_name, password_hash, created_at, email_verified_at,"
            " age_confirmed_at FROM accounts WHERE user_id = $1 AND closed_at IS NULL",
            user_id,
        )
        return account_of(row) if row is not None else None

    async def of_email(self, email_key: str) -> Account | None:
        """The account of an address."""
        row = await self._connection.fetchrow(
            "SELECT user_id, email, email_key, display_name, password_hash, created_at, email_verified_at,"
            " age_confirmed_at FROM accounts WHERE email_key = $1",
            email_key,
        )
        return account_of(row) if row is not None else None

    async def locked(self, user_id: str) -> Account | None:
        """One account, whose row nobody else changes until the work commits."""
        # Sessions and keys, whose rows point here as well, are made meanwhile.
        row = await self._connection.fetchrow(
            "SELECT user_id, email, email_key, display_name, password_hash, created_at, email_verified_at,"
            " age_confirmed_at FROM accounts WHERE user_id = $1 AND closed_at IS NULL FOR NO KEY UPDATE",
            user_id,
        )
        return account_of(row) if row is not None else None

    async def locked_wholly(self, user_id: str) -> Account | None:
        """The same for whoever goes on to close it: nobody makes a session or a key in it either."""
        await self._connection.execute("SELECT user_id FROM accounts WHERE user_id = $1 FOR UPDATE", user_id)
        return await self.get(user_id)

    async def close(self, user_id: str, at: datetime.datetime) -> None:
        """From now on there is none. Its address is free, its password forgotten; its row waits for its erasure."""
        # Before what waits with its address: whoever uses a code holds the account first. And wholly at once, since the
        # change of the key below needs it so: two that each hold a part and want the whole would both fail.
        email_key = await self._connection.fetchval(
            "SELECT email_key FROM accounts WHERE user_id = $1 FOR UPDATE", user_id
        )
        for waiting in (
            "DELETE FROM pending_sign_ups WHERE email_key = $1",
            "DELETE FROM email_codes WHERE email_key = $1",
        ):
            await self._connection.execute(waiting, email_key)
        await self._connection.execute(
            "UPDATE accounts SET email = NULL, email_key = NULL, password_hash = NULL, email_verified_at = NULL,"
            " closed_at = $2 WHERE user_id = $1 AND closed_at IS NULL",
            user_id,
            at,
        )

    async def rename(self, user_id: str, display_name: str) -> Account | None:
        """The account under its new name."""
        row = await self._connection.fetchrow(
            "UPDATE accounts SET display_name = $2 WHERE user_id = $1 AND closed_at IS NULL"
            " RETURNING user_id, email, email_key, display_name, password_hash, created_at, email_verified_at,"
            " age_confirmed_at",
            user_id,
            display_name,
        )
        return account_of(row) if row is not None else None

    async def take_email(self, user_id: str, email: EmailAddress, now: datetime.datetime) -> bool:
        """Put another address in place of an account's; false when another account has it, or was promised it."""
        # An address that is given to another account in this very moment fails the work, which can be done again.
        tag: str = await self._connection.execute(
            "UPDATE accounts SET email = $4, email_key = $1 WHERE user_id = $3 AND NOT EXISTS"
            " (SELECT 1 FROM accounts AS others WHERE others.email_key = $1 AND others.user_id <> $3)"
            " AND NOT EXISTS (SELECT 1 FROM email_codes WHERE email_codes.email_key = $1 AND purpose = 'undo'"
            " AND used_at IS NULL AND expires_at > $2 AND email_codes.user_id <> $3 AND"
            " email_codes.user_id IN (SELECT living.user_id FROM accounts AS living WHERE living.closed_at IS NULL))",
            email.key,
            now,
            user_id,
            email.typed,
        )
        return tag.endswith(" 1")

    async def replace_hash(self, user_id: str, old: str, new: str) -> None:
        """Store a new hash of the same password, unless the password was changed meanwhile."""
        await self._connection.execute(
            "UPDATE accounts SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2", user_id, old, new
        )

    async def set_hash(self, user_id: str, new: str | None) -> None:
        """Store the hash of another password; None leaves them without one."""
        await self._connection.execute("UPDATE accounts SET password_hash = $2 WHERE user_id = $1", user_id, new)

    async def mark_verified(self, user_id: str, at: datetime.datetime) -> None:
        """The address is read by the person; an earlier moment stands."""
        await self._connection.execute(
            "UPDATE accounts SET email_verified_at = $2 WHERE user_id = $1 AND email_verified_at IS NULL", user_id, at
        )

    async def confirm_age(self, user_id: str, at: datetime.datetime) -> Account | None:
        """The account, of which is noted that its person is 13 or older; an earlier moment stands."""
        row = await self._connection.fetchrow(
            "UPDATE accounts SET age_confirmed_at = coalesce(age_confirmed_at, $2)"
            " WHERE user_id = $1 AND closed_at IS NULL"
            " RETURNING user_id, email, email_key, display_name, password_hash, created_at, email_verified_at,"
            " age_confirmed_at",
            user_id,
            at,
        )
        return account_of(row) if row is not None else None


def account_of(row: asyncpg.Record) -> Account:
    """A row of accounts."""
    return Account(
        user_id=row["user_id"],
        email=EmailAddress(row["email"] or "", row["email_key"] or ""),
        display_name=row["display_name"],
        created_at=row["created_at"],
        password_hash=row["password_hash"],
        email_verified_at=row["email_verified_at"],
        age_confirmed_at=row["age_confirmed_at"],
    )
