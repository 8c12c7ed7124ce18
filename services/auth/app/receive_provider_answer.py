"""A browser is back from a provider."""

from __future__ import annotations

import dataclasses

from services.auth.app.ports import Ports
from services.auth.app.provider_ports import Providers
from services.auth.app.start_provider_sign_in import offered_of
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.provider_errors import (
    ProviderAnswerRefused,
    ProviderAway,
    ProviderDenied,
    ProviderSignInSpent,
)
from services.auth.domain.provider_sign_in import ProviderSignIn

# RFC 6749, 4.1.2.1, and OpenID Connect Core, 3.1.2.6: of the person or of their provider, and not of us.
_DENIALS = frozenset({"access_denied", "account_selection_required", "consent_required", "interaction_required"})
_DENIALS |= {"login_required"}
_AWAY = frozenset({"server_error", "temporarily_unavailable"})


@dataclasses.dataclass(frozen=True)
class ProviderAnswer:
    """What it came back with."""

    provider: str
    """Whose redirect address it came to."""
    browser_secret: str = dataclasses.field(repr=False)
    state: str = dataclasses.field(repr=False)
    code: str = dataclasses.field(default="", repr=False)
    error: str = ""
    issuer: str = ""


async def receive_provider_answer(ports: Ports, providers: Providers, answer: ProviderAnswer) -> ProviderSignIn:
    """The sign-in, which knows now who came back.

    Raises ProviderUnknown, ProviderSignInSpent, ProviderDenied, ProviderAnswerRefused or ProviderAway.
    """
    offered = offered_of(providers, answer.provider)
    sign_in = await _used(ports, answer)
    try:
        # Before its error, too: another provider's answer says nothing about this one.
        await offered.road.check_issuer(answer.issuer)
        _check_answered(answer)
        told = await offered.road.redeem(answer.code, sign_in)
    except BaseException:
        # Whatever happened: the state is used and the code may be, so that nothing can come of it any more.
        async with ports.store.transaction() as work:
            await work.provider_sign_ins.remove(sign_in.state_hash)
        raise
    arrived = sign_in.arrived(told, ports.clock.now())
    async with ports.store.transaction() as work:
        await work.provider_sign_ins.change(arrived)
    return arrived


async def _used(ports: Ports, answer: ProviderAnswer) -> ProviderSignIn:
    """What was begun, with its state used up before anybody is asked about the code: of two answers one counts."""
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        sign_in = await work.provider_sign_ins.of_state(fingerprint(answer.state)) if answer.state else None
        if sign_in is None or not sign_in.is_awaited(now, fingerprint(answer.browser_secret), answer.provider):
            raise ProviderSignInSpent
        used = dataclasses.replace(sign_in, answered_at=now)
        await work.provider_sign_ins.change(used)
        return used


def _check_answered(answer: ProviderAnswer) -> None:
    if answer.error in _DENIALS:
        raise ProviderDenied
    if answer.error in _AWAY:
        raise ProviderAway
    if answer.error or not answer.code:
        raise ProviderAnswerRefused("the provider refused the request" if answer.error else "no code")
