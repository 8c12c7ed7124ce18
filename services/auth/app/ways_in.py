"""What signs a person in."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.auth.app.ports import Work
from services.auth.app.provider_ports import Connection, Providers
from services.auth.domain.account import Account


@dataclasses.dataclass(frozen=True)
class WaysIn:
    """A person's, as far as they work on this server. Mail is none: it leads to one, a new password."""

    has_password: bool
    connections: Sequence[Connection]
    """To providers that are set up, the oldest first."""
    others: int
    """Issuers besides them whose people come with tokens of theirs."""
    passkeys: int

    @property
    def is_one(self) -> bool:
        """Whether nothing would be left if one of them went."""
        return self.has_password + len(self.connections) + self.others + self.passkeys == 1


async def ways_in(work: Work, providers: Providers, account: Account) -> WaysIn:
    """All of them, within the caller's unit of work, which has locked the account if it is to take one away."""
    connections = await work.provider_sign_ins.connections(account.user_id)
    return WaysIn(
        has_password=account.password_hash is not None,
        connections=[each for each in connections if providers.of_issuer(each.issuer) is not None],
        others=sum(each.issuer in providers.other_issuers for each in connections),
        passkeys=len(await work.passkeys.of_person(account.user_id)) if providers.takes_passkeys else 0,
    )
