"""What became of mail, for whoever runs this: counted and logged, without whom it was for."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from services.auth.app.deliver_mails import Outcome

_log = logging.getLogger(__name__)
_LEVELS = {Outcome.SENT: logging.INFO, Outcome.REFUSED: logging.WARNING, Outcome.AWAY: logging.WARNING}


def told(mail_id: str, outcome: Outcome, reason: str) -> None:
    """One try to send one mail."""
    metrics.MAILS.labels(outcome.value).inc()
    logs.event(_log, _LEVELS[outcome], "mail tried", mail_id=mail_id, result=outcome.value, reason=reason)
