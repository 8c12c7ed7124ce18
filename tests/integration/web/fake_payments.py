"""Payments as a page sees them: none unless a test sets them up."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, PLAN, page_of, told

_PRO = PLAN | {"name": "pro", "title": "Pro", "seconds_a_month": 60_000, "longest_song_s": 3600, "parallel_jobs": 3}
_PRO |= {"priority": "priority"}
_STUDIO = _PRO | {"name": "studio", "title": "Studio", "seconds_a_month": 360_000, "priority": "first"}
_PACK = {"name": "hour", "title": "60 minutes", "seconds": 3600, "life_days": 365}
UNTIL = "2030-06-04T09:30:00.000Z"


def _price(price: str, amount: int, **more: object) -> Mapping[str, object]:
    blank = {"plan": None, "pack": None, "currency": "usd", "interval": None, "trial_days": 0}
    return {"price": price, "amount": amount, **blank, **more}


def _grant(source: str, left_s: int, expires_at: str) -> Mapping[str, object]:
    sums = {"granted_s": left_s, "settled_s": 0, "reserved_s": 0, "left_s": left_s}
    return {"grant_id": source, "source": source, "plan": None, "starts_at": MOMENT, "expires_at": expires_at, **sums}


class FakePayments:
    """What somebody pays for, as a test says."""

    def __init__(self) -> None:
        self.is_set_up = False
        self.state = "none"
        self.next_plan: str | None = None
        self.asked: list[str] = []
        self.paid = 1
        """How many invoices there are, once anything was paid."""

    def set_up(self, state: str = "none", next_plan: str | None = None) -> None:
        """Take payments in test mode from somebody who stands so."""
        self.is_set_up, self.state, self.next_plan = True, state, next_plan

    def plans(self) -> list[Mapping[str, object]]:
        return [_PRO, _STUDIO] if self.is_set_up else []

    def packs(self) -> list[Mapping[str, object]]:
        return [_PACK] if self.is_set_up else []

    def routes(self) -> list[Route]:
        post = ["POST"]
        return [
            Route("/v1/billing/payments", self._payments),
            Route("/v1/billing/prices", self._prices),
            Route("/v1/billing/invoices", self._invoices),
            Route("/v1/billing/change", self._payments, methods=post),
            Route("/v1/billing/cancel", self._cancel, methods=post),
            Route("/v1/billing/resume", self._resume, methods=post),
        ]

    def usage(self, left_s: int) -> Mapping[str, object]:
        """So much is left of the free plan's hour. Who pays has a period, and beside it that hour and a pack."""
        used = {"settled_s": 3600 - left_s, "reserved_s": 0, "left_s": left_s, "renews_at": "2026-02-01T00:00:00Z"}
        if not self.is_paid:
            return {"plan": PLAN, **used, "grants": []}
        grants = [
            _grant("plan_month", left_s, "2030-06-01T00:00:00.000Z"),
            _grant("plan_period", 59_640, UNTIL),
            _grant("top_up", 3600, "2031-05-20T00:00:00.000Z"),
        ]
        left_s = sum(int(str(grant["left_s"])) for grant in grants)
        return {"plan": _PRO, **used, "left_s": left_s, "renews_at": UNTIL, "grants": grants}

    @property
    def is_paid(self) -> bool:
        """Whether there is a period that was paid for."""
        return self.is_set_up and self.state in {"active", "ending", "trial"}

    async def _payments(self, _: Request) -> Response:
        is_paid = self.is_paid
        return told(
            "Payments",
            {
                "is_set_up": self.is_set_up,
                "is_test": True,
                "state": self.state,
                "plan": "pro" if is_paid or self.state == "grace" else None,
                "next_plan": self.next_plan,
                "paid_until": UNTIL if is_paid else None,
                "usable_until": UNTIL if self.state == "grace" else None,
                "card": None if self.state == "none" else {"type": "visa", "last4": "4242"},
            },
        )

    async def _cancel(self, request: Request) -> Response:
        self.state = "ending"
        return await self._payments(request)

    async def _resume(self, request: Request) -> Response:
        self.state = "active"
        return await self._payments(request)

    async def _prices(self, _: Request) -> Response:
        return told(
            "OfferPrices",
            {
                "prices": [
                    _price("pro_monthly", 1200, plan="pro", interval="month", trial_days=14),
                    _price("pro_yearly", 12000, plan="pro", interval="year"),
                    _price("studio_monthly", 3600, plan="studio", interval="month"),
                    _price("pack_hour", 300, pack="hour"),
                ]
            },
        )

    async def _invoices(self, request: Request) -> Response:
        made = {"created_at": MOMENT, "total": 1200, "currency": "usd", "state": "paid"}
        paid = [
            {"invoice_id": f"in_{number}", "number": f"A1B2-{number:04}", "url": "https://invoice.example/1", **made}
            for number in range(self.paid, 0, -1)
        ]
        return told("InvoicePage", page_of("invoices", [] if self.state == "none" else paid, request.query_params))
