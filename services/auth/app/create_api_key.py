"""A person makes a key for a program of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from services.auth.app.ports import Ports, Work
from services.auth.domain.api_key import (
    ENDING_CHARACTERS,
    IDEMPOTENCY_LIFE,
    KEYS_MAX,
    ApiKey,
    Request,
    checked_scopes,
    clean_key_name,
    digest_of,
    end_of,
    new_key_secret,
    request_of,
)
from services.auth.domain.errors import AccountNotFound, IdempotencyKeyReused, SecretTold, TooManyApiKeys
from services.auth.domain.identifiers import new_key_id


async def create_api_key(
    ports: Ports,
    user_id: str,
    name: str,
    scopes: Sequence[str],
    life_days: int,
    *,
    never: bool,
    idempotency_key: str,
) -> tuple[ApiKey, str]:
    """The key, and what its holder shows. `idempotency_key` is the caller's own name for this request; "" is none.

    Raises ApiKeyNameInvalid, ScopesInvalid, ApiKeyLifeInvalid, AccountNotFound and TooManyApiKeys; SecretTold when this
    request made its key within the last day, and IdempotencyKeyReused when another one did.
    """
    now = ports.clock.now()
    secret = new_key_secret()
    key = ApiKey(
        key_id=new_key_id(),
        user_id=user_id,
        name=clean_key_name(name),
        scopes=checked_scopes(scopes),
        ending=secret[-ENDING_CHARACTERS:],
        created_at=now,
        expires_at=end_of(now, life_days, never=never),
    )
    key_hash = digest_of(secret)
    if key_hash is None:
        raise RuntimeError("a new key has not the shape of one")
    request = request_of(idempotency_key, (key.name, key.scopes, life_days, never)) if idempotency_key else None
    async with ports.store.transaction() as work:
        # Of two requests at once, the second waits here and then finds what the first one made.
        if not await work.api_keys.locked(user_id):
            raise AccountNotFound
        if request is not None:
            await _require_first(ports, work, user_id, request)
        if sum(each.is_live(now) for each in await work.api_keys.of_person(user_id)) >= KEYS_MAX:
            raise TooManyApiKeys
        await work.api_keys.add(key, key_hash, request)
    return key, secret


async def _require_first(ports: Ports, work: Work, user_id: str, request: Request) -> None:
    made = await work.api_keys.made_by(user_id, request.name_hash, ports.clock.now() - IDEMPOTENCY_LIFE)
    if made is None:
        return
    key_id, content_hash = made
    if content_hash != request.content_hash:
        raise IdempotencyKeyReused
    raise SecretTold(key_id)
