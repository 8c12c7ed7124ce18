"""A program asks whether it was approved."""

from __future__ import annotations

from services.auth.app.open_session import open_session
from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.device import Verdict, judge
from services.auth.domain.errors import (
    DeviceAskedTooSoon,
    DeviceCodeNotFound,
    DeviceRefused,
    DeviceSignInPending,
)
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.session import SessionTokens


async def redeem_device_sign_in(ports: Ports, device_code: str) -> tuple[Account, SessionTokens]:
    """The account and a new session, once.

    Raises DeviceSignInPending, DeviceAskedTooSoon and DeviceRefused; DeviceCodeNotFound for a code that never was, has
    expired or was used.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        # The account first, as wherever both are held: what ends sessions comes for the waiting programs with it.
        seen_id = await work.device_sign_ins.owner(fingerprint(device_code))
        account = await work.accounts.locked(seen_id) if seen_id is not None else None
        sign_in = await work.device_sign_ins.of_device(fingerprint(device_code))
        if sign_in is None or not sign_in.is_live(now):
            raise DeviceCodeNotFound
        verdict, asked = judge(sign_in, now), sign_in.asked(now)
        if verdict is Verdict.APPROVED and sign_in.user_id != seen_id:
            # Approved in this very moment: the next asking has it.
            raise DeviceSignInPending
        if verdict is Verdict.APPROVED:
            if account is None:
                raise DeviceCodeNotFound
            await work.device_sign_ins.remove(sign_in.device_hash)
            # Nobody showed in this session who they are: whoever was talked into approving a stranger's code has given
            # away no dangerous act.
            return account, await open_session(ports, work, account.user_id, sign_in.client_name)
        # Kept, though the caller is refused: how soon it asks next is judged by this.
        await work.device_sign_ins.change(asked)
    if verdict is Verdict.REFUSED:
        raise DeviceRefused
    if verdict is Verdict.TOO_SOON:
        raise DeviceAskedTooSoon(asked.interval_s)
    raise DeviceSignInPending
