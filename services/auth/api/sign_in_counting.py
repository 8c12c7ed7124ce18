"""What becomes of tries to sign in, as a metric."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from chassis import metrics
from services.auth.app.begin_challenge import SecondFactorNeeded
from services.auth.domain.errors import (
    ChallengeSpent,
    HashingBusy,
    LinkSpent,
    TooManyCodes,
    WrongCode,
    WrongCredentials,
)


@contextlib.contextmanager
def counted() -> Iterator[None]:
    """Around a try to sign in."""
    result = "failed"
    try:
        yield
        result = "signed_in"
    except SecondFactorNeeded:
        result = "second_factor_asked"
        raise
    except (ChallengeSpent, TooManyCodes, WrongCode):
        result = "wrong_code"
        raise
    except WrongCredentials:
        result = "wrong_credentials"
        raise
    except LinkSpent:
        result = "link_spent"
        raise
    except HashingBusy:
        result = "busy"
        raise
    finally:
        metrics.SIGN_INS.labels(result).inc()
