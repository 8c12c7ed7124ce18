"""What whoever counts what is held promises; run on the fake, on retention's own tables, and over the wire."""

from __future__ import annotations

import datetime

from services.retention.app.take_census import CountingHolder
from services.retention.domain.census import Holding

PERSON = f"usr_{'cd' * 16}"
UPLOADED_AT = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)


class CensusPromises:
    """Subclasses give the fixture `holder`, which holds two receipts of PERSON's uploads, an hour apart."""

    async def test_what_is_held_is_counted(self, holder: CountingHolder) -> None:
        """A kind comes with its class, deadline and basis, how many there are, and when the first and the last was."""
        (held,) = await holder.census(PERSON)
        assert held == Holding(
            kind="upload_receipts",
            data_class="pseudonymous",
            count=2,
            kept="account_life",
            basis="legal_duty",
            oldest=UPLOADED_AT,
            newest=UPLOADED_AT + datetime.timedelta(hours=1),
        )

    async def test_of_nobody_nothing_is_held(self, holder: CountingHolder) -> None:
        """Somebody who was never here has an empty census, and not a refusal."""
        assert list(await holder.census("usr_nobody")) == []
