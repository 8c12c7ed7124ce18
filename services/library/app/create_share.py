"""Make a link that lets others play a track."""

from __future__ import annotations

from services.library.app.made_once import made_once
from services.library.app.ports import Ports
from services.library.domain.errors import SecretTold, TooManyShares, TrackNotFound
from services.library.domain.identifiers import new_share_id
from services.library.domain.made_request import request_of
from services.library.domain.share import SHARES_MAX, Share, clean_view, digest_of, life_of, new_token


async def create_share(
    ports: Ports, owner_id: str, track_id: str, life_s: int, view: str, idempotency_key: str = ""
) -> tuple[Share, str]:
    """The link and its token, which is kept nowhere. `idempotency_key` names the request; "" is none.

    Raises TrackNotFound, ShareLifeInvalid, ShareViewInvalid or TooManyShares; SecretTold when this request made its
    link within the last day, and KeyReused when another one did.
    """
    now = ports.clock.now()
    token = new_token()
    digest = digest_of(token)
    if digest is None:
        raise RuntimeError("a new token does not look like one")
    share = Share(new_share_id(), track_id, owner_id, clean_view(view), now, now + life_of(life_s))
    request = request_of("create_share", idempotency_key, track_id, life_s, share.view)
    async with ports.store.transaction() as work:
        # The track's lock keeps its deletion and the making of other links of it apart from this one.
        track = await work.tracks.locked(track_id)
        if track is None or track.owner_id != owner_id or track.deleting_at is not None:
            raise TrackNotFound
        made = await made_once(ports, work, owner_id, request, share.share_id)
        if made != share.share_id:
            raise SecretTold(share_id=made)
        if len(await work.shares.live(track_id, now)) >= SHARES_MAX:
            raise TooManyShares
        await work.shares.add(share, digest)
    return share, token
