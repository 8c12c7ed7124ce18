"""`/_test/...`: what no Stripe has, and tests need. Time, misfortune, and what customers and banks do by themselves."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from stack.stripe import checkout, customers, disputing, failures, faults, months, passing, payment_methods, refunds
from stack.stripe import deliverer as delivering
from stack.stripe import webhook_endpoints as endpoints
from stack.stripe.cards import BY_NAME, Card
from stack.stripe.clock import DAY_S
from stack.stripe.deliverer import Deliverer
from stack.stripe.http_api import Api
from stack.stripe.shapes import Resource
from stack.stripe.world import World

Verb = Callable[[Resource], Awaitable[Resource]]
_SHARES = ("drop", "duplicate", "reorder", "delay", "stale")


class Control:
    """Answers /_test. Bodies and answers are JSON; the account's secret key opens it."""

    def __init__(
        self, world: World, api: Api, deliverer: Deliverer, trouble: faults.Faults, changed: Callable[[], None]
    ):
        self._world = world
        self._api = api
        self._deliverer = deliverer
        self._trouble = trouble
        self._changed = changed
        self._verbs: dict[str, Verb] = {
            "clock": self._clock,
            "clock/advance": self._advance,
            "adversity": self._adversity,
            "deliver": self._deliver,
            "deliveries": self._deliveries,
            "resend": self._resend,
            "drop": self._drop,
            "fail": self._fail,
            "hold": self._hold,
            "held": self._held,
            "release": self._release,
            "dunning": self._dunning,
            "rotate": self._rotate,
            "pay": self._pay,
            "card": self._card,
            "refund": self._refund,
            "dispute": self._dispute,
            "dispute/close": self._close_dispute,
        }

    async def answer(self, request: Request) -> Response:
        """Answer one request: the verb is the path after /_test/."""
        try:
            self._api.require_key(request)
            verb = self._verbs.get(request.path_params["verb"])
            if verb is None or request.method != "POST":
                raise failures.Refused(404, "invalid_request_error", f"POST one of: {', '.join(self._verbs)}")
            body = await request.body()
            given = json.loads(body) if body else {}
            if not isinstance(given, dict):
                raise TypeError
            told = await verb(given)
            self._changed()
            return _json(200, told)
        except failures.Refused as error:
            return _json(error.status, {"error": error.body})
        except (KeyError, TypeError, ValueError) as error:
            return _json(400, {"error": {"message": f"cannot be read: {error}", "type": "invalid_request_error"}})

    # ---- Time ----

    async def _clock(self, _: Resource) -> Resource:
        return {"now": self._world.clock.now(), "is_frozen": self._world.clock.is_frozen}

    async def _advance(self, given: Resource) -> Resource:
        """Go on by seconds, days and months, or `to` a moment, doing all that falls due on the way."""
        now = self._world.clock.now()
        to = int(given.get("to", now)) + int(given.get("seconds", 0)) + int(given.get("days", 0)) * DAY_S
        to = months.added(to, "month", int(given.get("months", 0)))
        if to < now:
            raise failures.refused("Time only goes on.")
        passing.pass_until(self._world, to)
        self._world.clock.move_to(to)
        self._deliverer.woken.set()
        return await self._clock({})

    # ---- Deliveries ----

    async def _adversity(self, given: Resource) -> Resource:
        """Set the shares of events that are lost, doubled, out of order, late or stale, and their seed."""
        adversity = self._deliverer.adversity
        for name in _SHARES:
            share = float(given.get(name, getattr(adversity, name)))
            if not 0 <= share <= 1:
                raise failures.refused(f"{name} is a share between 0 and 1.")
            setattr(adversity, name, share)
        adversity.seed = str(given.get("seed", adversity.seed))
        adversity.delay_s_max = int(given.get("delay_s_max", adversity.delay_s_max))
        return {"seed": adversity.seed, **{name: getattr(adversity, name) for name in _SHARES}}

    async def _deliver(self, given: Resource) -> Resource:
        """Make the deliveries that are due; with `everything`, those that wait for their time as well."""
        made = await self._deliverer.deliver(everything=bool(given.get("everything")))
        return {"deliveries": delivering.told(made), "pending": len(self._deliverer.pending())}

    async def _deliveries(self, _: Resource) -> Resource:
        return {"deliveries": delivering.told(self._deliverer.deliveries)}

    async def _resend(self, given: Resource) -> Resource:
        return {"deliveries": delivering.told(await self._deliverer.resend(self._world.get("event", given["event"])))}

    async def _drop(self, given: Resource) -> Resource:
        """Lose every event of the next `days`; 0 ends it."""
        until = self._world.clock.now() + round(float(given["days"]) * DAY_S)
        self._deliverer.drops_until = until if float(given["days"]) > 0 else None
        return {"drops_until": self._deliverer.drops_until}

    async def _rotate(self, given: Resource) -> Resource:
        endpoint = given.get("endpoint", endpoints.CONFIGURED)
        return {"secret": endpoints.rotate(self._world, endpoint, str(given.get("secret", "")))}

    # ---- Trouble ----

    async def _fail(self, given: Resource) -> Resource:
        """Let the next requests fail; see Fault."""
        fault = faults.Fault(**given)
        if fault.kind not in faults.KINDS:
            raise failures.refused(f"kind is one of {', '.join(faults.KINDS)}.")
        self._trouble.add(fault)
        return {}

    async def _hold(self, given: Resource) -> Resource:
        self._trouble.hold(str(given["path"]))
        return {}

    async def _held(self, given: Resource) -> Resource:
        """Answer when a request waits under the path."""
        await self._trouble.arrival(str(given["path"]))
        return {}

    async def _release(self, _: Resource) -> Resource:
        self._trouble.release()
        return {}

    async def _dunning(self, given: Resource) -> Resource:
        dunning = self._world.dunning
        dunning.gaps_days = [int(each) for each in given.get("gaps_days", dunning.gaps_days)]
        ending = given.get("ending", dunning.ending)
        if ending not in {"cancel", "unpaid", "past_due"}:
            raise failures.refused("ending is one of cancel, unpaid, past_due.")
        dunning.ending = ending
        return {"gaps_days": dunning.gaps_days, "ending": dunning.ending}

    # ---- What customers and banks do ----

    async def _pay(self, given: Resource) -> Resource:
        """Fill in a checkout page: `session`, `card`, and where wanted email, name, address, tax_id, promotion_code."""
        world = self._world
        session = world.get("checkout.session", given["session"])
        code = given.get("promotion_code")
        if code and not checkout.apply_code(world, session, str(code)):
            raise failures.refused("This promotion code cannot be used.")
        tax_id = given.get("tax_id")
        filled = checkout.Filled(
            card=_card(given.get("card", "success")),
            email=given.get("email"),
            name=given.get("name"),
            address=given.get("address"),
            tax_id=(tax_id["type"], tax_id["value"]) if tax_id else None,
        )
        decline = checkout.complete(world, session, filled)
        if decline is not None:
            raise failures.card_refused(decline.code, decline.decline_code, decline.message)
        return session

    async def _card(self, given: Resource) -> Resource:
        """Change what a customer pays with."""
        customer = self._world.get("customer", given["customer"])
        method = payment_methods.make(self._world, _card(given["card"]), {"email": customer["email"]}, customer["id"])
        customers.set_default_card(self._world, customer, method)
        return method

    async def _refund(self, given: Resource) -> Resource:
        charge = refunds.charge_named(self._world, given.get("charge"), given.get("payment_intent"))
        return refunds.make(self._world, charge, amount=given.get("amount"), reason=given.get("reason"))

    async def _dispute(self, given: Resource) -> Resource:
        charge = refunds.charge_named(self._world, given.get("charge"), given.get("payment_intent"))
        reason = given.get("reason", "general")
        if reason not in disputing.REASONS:
            raise failures.refused(f"reason is one of {', '.join(disputing.REASONS)}.")
        return disputing.make(self._world, charge, amount=given.get("amount"), reason=reason)

    async def _close_dispute(self, given: Resource) -> Resource:
        dispute = self._world.get("dispute", given["dispute"])
        if given["status"] not in disputing.CLOSED:
            raise failures.refused("status is won or lost.")
        disputing.close(self._world, dispute, given["status"])
        return dispute


def _card(name: str) -> Card:
    card = BY_NAME.get(name)
    if card is None:
        raise failures.refused(f"card is one of {', '.join(BY_NAME)}.")
    return card


def _json(status: int, told: Resource) -> Response:
    return Response(json.dumps(told, indent=2), status, media_type="application/json")
