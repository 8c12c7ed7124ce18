"""Which versions of the privacy policy a person accepted, and what they are still to be told."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports, Work
from services.auth.domain.errors import AccountNotFound, PolicyNotInForce, PolicyVersionNotFound
from services.auth.domain.policy_version import (
    Acceptance,
    PolicyStanding,
    Way,
    coming,
    in_force,
    number_in_force,
    standing,
)


async def accept_as_signing_up(work: Work, user_id: str, at: datetime.datetime) -> None:
    """Within the work that makes the account: whoever signs up accepts the version that is in force at that moment."""
    version = number_in_force(await work.policies.versions(), at)
    await work.policies.accept(user_id, Acceptance(version, at, at_sign_up=True))


async def leave_to_be_asked(work: Work, user_id: str, at: datetime.datetime) -> None:
    """Within the work that makes an account for somebody who has not asked for it: nobody accepts in their place."""
    version = number_in_force(await work.policies.versions(), at)
    await work.policies.tell(user_id, version, Way.OPERATOR, at)


async def get_policy_standing(ports: Ports, user_id: str) -> PolicyStanding:
    """How a person stands towards the policy now. Raises AccountNotFound."""
    async with ports.store.transaction() as work:
        if await work.accounts.get(user_id) is None:
            raise AccountNotFound
        versions = await work.policies.versions()
        acceptances, tellings = await work.policies.acceptances(user_id), await work.policies.tellings(user_id)
    return standing(versions, acceptances, tellings, ports.clock.now())


async def accept_policy(ports: Ports, user_id: str, version: int) -> Acceptance:
    """When they first accepted it. Raises AccountNotFound, or PolicyNotInForce for any but the version in force."""
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        if await work.accounts.locked(user_id) is None:
            raise AccountNotFound
        current = in_force(await work.policies.versions(), now)
        if current is None or current.version != version:
            raise PolicyNotInForce
        return await work.policies.accept(user_id, Acceptance(version, now, at_sign_up=False))


async def note_policy_notice(ports: Ports, user_id: str, version: int, *, asked: bool) -> None:
    """A notice told them of it as it was to come, or `asked` for it and was put off.

    Raises AccountNotFound; PolicyVersionNotFound where it is neither in force nor next.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        if await work.accounts.locked(user_id) is None:
            raise AccountNotFound
        versions = await work.policies.versions()
        due = ((in_force(versions, now), Way.QUESTION), (coming(versions, now), Way.NOTICE))
        ways = [way for policy, way in due if policy is not None and policy.version == version]
        if not ways:
            raise PolicyVersionNotFound
        # To have been told of it as it came is not to have been asked for it. A page that stood open over the day tells
        # of what has come meanwhile: that notes nothing, and the person is asked.
        said = Way.QUESTION if asked else Way.NOTICE
        if said in ways:
            await work.policies.tell(user_id, version, said, now)
