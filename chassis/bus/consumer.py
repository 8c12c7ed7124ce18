"""A durable pull consumer: heartbeats while it works, backs off when it fails, parks what never succeeds."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Generic, TypeVar

import nats.errors
import nats.js.errors
from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, Header
from opentelemetry.trace import SpanKind

from chassis import logs, metrics, telemetry
from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.db.pool import Database
from chassis.lifecycle import Background, told_to_stop

_log = logging.getLogger(__name__)

Fact = TypeVar("Fact", bound=Message)

_FETCH_S = 2.0
_ONE_NOW = b'{"batch":1,"no_wait":true}'
_ANSWER_S = 5.0
_NOBODY = "503"
_IDLE_FETCHES_BEFORE_CHECK = 3
_LET_GO_S = 10.0
_COUNTED_FAILURES_MAX = 10_000
_BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Unwanted(Exception):
    """Raised by a handler for a message that means nothing any more; it is dropped without a dead letter."""


class TryLater(Exception):
    """Raised by a handler that cannot work now; the message comes back after `after_s` and does not count as failed."""

    def __init__(self, after_s: float) -> None:
        """Ask for the message again after so many seconds."""
        super().__init__(f"again in {after_s} s")
        self.after_s = after_s


@dataclasses.dataclass(frozen=True)
class Delivery(Generic[Fact]):
    """One message as it reached a handler."""

    fact: Fact
    message_id: str
    """Same for every delivery of the same fact: the key for the inbox."""
    delivered: int
    """1 for the first delivery."""


class Consumer(Background, Generic[Fact]):
    """Hands every message of one kind to a handler, at least once, a few at a time.

    Handlers under way outlive a lost connection. When the consumer stops they are cancelled, and their messages go back
    to be delivered elsewhere at once.
    """

    def __init__(
        self,
        bus: Bus,
        database: Database,
        *,
        stream: str,
        durable: str,
        kind: type[Fact],
        handle: Callable[[Delivery[Fact]], Awaitable[None]],
        parallel: int | asyncio.Semaphore = 1,
        ack_wait_s: float = 30.0,
        deliveries_max: int = 8,
    ) -> None:
        """`durable` names the consumer on the server.

        A message that failed `deliveries_max` times in this process is parked; TryLater is no failure. A message that
        ends the process is not counted: a handler of such work keeps its own count.

        `parallel` says how many messages at once, or is places that are shared with other consumers.
        """
        super().__init__(f"consumer {durable}", self._work)
        self._bus = bus
        self._database = database
        self._stream = stream
        self._durable = durable
        self._kind = kind
        self._handle = handle
        self._ack_wait_s = ack_wait_s
        self._deliveries_max = deliveries_max
        self._slots = asyncio.Semaphore(parallel) if isinstance(parallel, int) else parallel
        self._handlers: set[asyncio.Task[None]] = set()
        self._failures: dict[str, int] = {}

    async def stop(self) -> None:
        """Take no more messages, and give back those whose handlers are under way."""
        await super().stop()
        for handler in self._handlers:
            handler.cancel()
        if self._handlers:
            _, stuck = await asyncio.wait(self._handlers, timeout=_LET_GO_S)
            if stuck:
                logs.event(_log, logging.ERROR, "handlers do not stop", consumer=self._durable, count=len(stuck))

    async def _work(self) -> None:
        await self._bus.connected.wait()
        connections, idle = self._bus.connections, 0
        subscription = await self._subscribe()
        try:
            # A new connection may be to a server that lost its storage, and with it the consumer.
            while self._bus.connections == connections:
                await self._slots.acquire()
                message = None
                try:
                    message = await self._fetch(subscription)
                finally:
                    if message is None:
                        self._slots.release()
                if message is not None:
                    idle = 0
                    self.begin(message)
                    continue
                idle += 1
                if idle % _IDLE_FETCHES_BEFORE_CHECK == 0:
                    # Somebody may have deleted the consumer: fetches then just time out.
                    await subscription.consumer_info()
        finally:
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()

    @property
    def subject(self) -> str:
        """What it consumes."""
        return subject_of(self._kind)

    def begin(self, message: Msg) -> None:
        """Hand a message to the handler, in a slot that the caller has acquired and that is released after it."""
        task = asyncio.create_task(self._take(message), name=f"{self.name}: one message")
        self._handlers.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._handlers.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception() is not None:
            _log.error("a message was not settled", exc_info=task.exception())

    async def ensure(self) -> None:
        """Make the consumer on the server, and its stream where that is gone; safe to repeat."""
        try:
            await self._ensure_consumer()
        except nats.js.errors.NotFoundError:
            await self._bus.ensure_streams()
            await self._ensure_consumer()

    async def next_now(self) -> Msg | None:
        """The next message if there is one; never waits for one.

        Raises nats.errors.NoRespondersError when the consumer is gone, and what else says that the server is away.
        """
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._durable}"
        # Of an inbox of its own: in the shared one an answer is known by its subject, and a message keeps its own.
        asking = asyncio.ensure_future(self._bus.client.request(subject, _ONE_NOW, timeout=_ANSWER_S, old_style=True))
        try:
            answer = await asyncio.shield(asking)
        except asyncio.CancelledError:
            # The cancellation met the message half-way.
            with contextlib.suppress(nats.errors.Error, TimeoutError, OSError):
                await self._give_back(await asking)
            raise
        if _is_status(answer) and (answer.headers or {}).get(Header.STATUS) == _NOBODY:
            raise nats.errors.NoRespondersError
        return None if _is_status(answer) else answer

    async def _give_back(self, answer: Msg) -> None:
        if not _is_status(answer):
            await self._settle(answer.nak())

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        await self.ensure()
        return await self._bus.jetstream.pull_subscribe_bind(durable=self._durable, stream=self._stream)

    async def _ensure_consumer(self) -> None:
        """Make the consumer, or adapt the one that an older version made."""
        config = ConsumerConfig(
            durable_name=self._durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._ack_wait_s,
            max_ack_pending=1000,
            filter_subject=subject_of(self._kind),
        )
        await self._bus.jetstream.add_consumer(self._stream, config)

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> Msg | None:
        try:
            (message,) = await subscription.fetch(1, timeout=_FETCH_S)
        except TimeoutError:
            return None
        if told_to_stop():
            # The cancellation met the message half-way.
            await self._settle(message.nak())
            raise asyncio.CancelledError
        return message

    async def _take(self, message: Msg) -> None:
        headers = message.headers or {}
        message_id = headers.get("Nats-Msg-Id") or f"{message.metadata.sequence.stream}"
        result = "failed"
        try:
            result = await self._outcome(message, message_id, headers)
        except asyncio.CancelledError:
            if told_to_stop():
                result = "returned"
                await self._settle(message.nak())
                raise
            await self._settle(message.nak(delay=_BACKOFF_S[0]))
        finally:
            metrics.FACTS_CONSUMED.labels(self._durable, result).inc()

    async def _outcome(self, message: Msg, message_id: str, headers: Mapping[str, str]) -> str:
        fact = self._kind()
        try:
            fact.ParseFromString(message.data)
            async with self._heartbeat(message):
                with telemetry.span(f"consume {self._durable}", carrier=headers, kind=SpanKind.CONSUMER):
                    await self._handle(Delivery(fact, message_id, message.metadata.num_delivered))
        except Unwanted as reason:
            logs.event(_log, logging.DEBUG, "message dropped", consumer=self._durable, reason=str(reason))
            await self._settle(message.term())
            return "unwanted"
        except TryLater as later:
            await self._settle(message.nak(delay=later.after_s))
            return "later"
        except DecodeError as error:
            return await self._park(message, message_id, repr(error))
        except Exception as error:  # noqa: BLE001 - one message's failure ends neither the others nor the consumer
            return await self._failed(message, message_id, error)
        self._failures.pop(message_id, None)
        await self._settle(message.ack())
        return "handled"

    async def _failed(self, message: Msg, message_id: str, error: Exception) -> str:
        failures = self._failures.pop(message_id, 0) + 1
        if len(self._failures) >= _COUNTED_FAILURES_MAX:
            del self._failures[next(iter(self._failures))]
        logs.event(
            _log, logging.WARNING, "message failed", consumer=self._durable, failures=failures, reason=repr(error)
        )
        _log.debug("message failed", exc_info=True)
        if failures >= self._deliveries_max:
            return await self._park(message, message_id, repr(error))
        self._failures[message_id] = failures
        await self._settle(message.nak(delay=_BACKOFF_S[min(failures, len(_BACKOFF_S)) - 1]))
        return "failed"

    async def _park(self, message: Msg, message_id: str, reason: str) -> str:
        try:
            await self._database.pool.execute(
                "INSERT INTO dead_letters (consumer, message_id, subject, payload, reason)"
                " SELECT $1::text, $2::text, $3, $4, $5 WHERE NOT EXISTS"
                " (SELECT 1 FROM dead_letters WHERE consumer = $1::text AND message_id = $2::text)",
                self._durable,
                message_id,
                message.subject,
                message.data,
                logs.redact(reason)[:2000],
            )
        except Exception as error:  # noqa: BLE001 - whatever ails the database, the message must not be lost
            logs.event(_log, logging.WARNING, "message not parked", consumer=self._durable, reason=repr(error))
            self._failures[message_id] = self._deliveries_max - 1
            await self._settle(message.nak(delay=_BACKOFF_S[-1]))
            return "failed"
        metrics.DEAD_LETTERS.labels(self._durable).inc()
        logs.event(_log, logging.ERROR, "message parked", consumer=self._durable, message_id=message_id)
        await self._settle(message.term())
        return "parked"

    async def _settle(self, answer: Awaitable[object]) -> None:
        # The server may be away; the message then comes again, and the handler finds its work done.
        try:
            await answer
        except (nats.errors.Error, OSError) as error:
            logs.event(_log, logging.DEBUG, "acknowledgement lost", consumer=self._durable, reason=repr(error))

    @contextlib.asynccontextmanager
    async def _heartbeat(self, message: Msg) -> AsyncIterator[None]:
        async def beat() -> None:
            while True:
                await asyncio.sleep(self._ack_wait_s / 3)
                await self._settle(message.in_progress())

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()


def _is_status(answer: Msg) -> bool:
    """Whether the server says that there is no message, in place of one."""
    return not answer.reply
