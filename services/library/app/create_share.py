"""Make a link that lets others play a track."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import TooManyShares, TrackNotFound
from services.library.domain.identifiers import new_share_id
from services.library.domain.share import SHARES_MAX, Share, clean_view, digest_of, life_of, new_token


async def create_share(ports: Ports, owner_id: str, track_id: str, life_s: int, view: str) -> tuple[Share, str]:
    """The link and its token, which is kept nowhere.

    Raises TrackNotFound, ShareLifeInvalid, ShareViewInvalid or TooManyShares.
    """
    now = ports.clock.now()
    token = new_token()
    digest = digest_of(token)
    if digest is None:
        raise RuntimeError("a new token does not look like one")
    share = Share(new_share_id(), track_id, owner_id, clean_view(view), now, now + life_of(life_s))
    async with ports.store.transaction() as work:
        # The track's lock keeps its deletion and the making of other links of it apart from this one.
        track = await work.tracks.locked(track_id)
        if track is None or track.owner_id != owner_id or track.deleting_at is not None:
            raise TrackNotFound
        if len(await work.shares.live(track_id, now)) >= SHARES_MAX:
            raise TooManyShares
        await work.shares.add(share, digest)
    return share, token
