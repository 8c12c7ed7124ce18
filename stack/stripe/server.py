"""The stand-in as a process: it listens, delivers, keeps its account, and stops when told."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from chassis import logs
from chassis.listening import listening_at
from stack.stripe import app, catalogue, events, passing, posting, webhook_endpoints
from stack.stripe.clock import Clock
from stack.stripe.snapshot import Snapshot
from stack.stripe.world import World

_log = logging.getLogger(__name__)
_TICK_S = 1.0
_DRAIN_S = 5


@dataclass(frozen=True)
class Options:
    """What the process is told on its command line."""

    listen: str
    public_url: str
    secret_key: str
    data: Path | None = None
    catalogue: Path = catalogue.DEFAULT
    webhook_url: str = ""
    webhook_secret: str = ""
    seed: str = ""
    frozen_at: int | None = None
    delivers: bool = True
    """Whether deliveries go out by themselves; else only when `/_test/deliver` says so."""


async def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT. Raises CatalogueInvalid, SnapshotInvalid, RuntimeError (cannot listen)."""
    listener = listening_at(options.listen)
    address = options.public_url or f"http://{options.listen}"
    clock = Clock(time.time, frozen_at=options.frozen_at)
    world = World(clock, seed=options.seed or str(time.time_ns()), address=address.rstrip("/"))
    sender = posting.HttpSender()
    keeper: list[Snapshot] = []
    stand_in = app.build(
        world, sender, secret_key=options.secret_key, changed=lambda: keeper[0].save() if keeper else None
    )
    if options.data is not None:
        snapshot = Snapshot(options.data, world, stand_in.deliverer, stand_in.answers)
        snapshot.load()
        keeper.append(snapshot)
    catalogue.seed(world, catalogue.read(options.catalogue))
    _configure_endpoint(world, options)
    server = _server(stand_in)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await server.startup(sockets=[listener])
    ticking = asyncio.create_task(server.main_loop())
    turning = asyncio.create_task(_turn(stand_in, keeper, delivers=options.delivers))
    # Should it ever fail, the process ends with its reason rather than stand still.
    turning.add_done_callback(lambda _: stopping.set())
    logs.event(_log, logging.INFO, "stripe stand-in served", listen=options.listen)
    await stopping.wait()
    turning.cancel()
    server.should_exit = True
    await ticking
    await server.shutdown(sockets=[listener])
    await asyncio.wait([turning])
    await sender.close()
    for snapshot in keeper:
        snapshot.save()
    with contextlib.suppress(asyncio.CancelledError):
        turning.result()


async def _turn(stand_in: app.StandIn, keeper: list[Snapshot], *, delivers: bool) -> None:
    """Let time pass, and deliver what is due, again and again."""
    while True:
        # Not wait_for: on 3.11 it can swallow the cancellation that ends this.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TICK_S):
                await stand_in.deliverer.woken.wait()
        passing.pass_until(stand_in.world, stand_in.world.clock.now())
        if delivers:
            made = await stand_in.deliverer.deliver()
            failed = [each.kind for each in made if each.state != "delivered"]
            if failed:
                logs.event(_log, logging.WARNING, "webhooks not taken", kinds=sorted(set(failed)))
        else:
            stand_in.deliverer.woken.clear()
        events.forget_old(stand_in.world)
        for snapshot in keeper:
            snapshot.save()


def _configure_endpoint(world: World, options: Options) -> None:
    """The endpoint that the command line names, made or brought up to date."""
    if not options.webhook_url:
        return
    found = world.table("webhook_endpoint").get(webhook_endpoints.CONFIGURED)
    if found is None:
        found = webhook_endpoints.make(
            world, options.webhook_url, secret=options.webhook_secret, identifier=webhook_endpoints.CONFIGURED
        )
    world.update(found, None, url=options.webhook_url)
    if options.webhook_secret and options.webhook_secret not in webhook_endpoints.secrets_of(world, found["id"]):
        webhook_endpoints.rotate(world, found["id"], options.webhook_secret)


def _server(stand_in: app.StandIn) -> uvicorn.Server:
    config = uvicorn.Config(
        stand_in.app,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    return server
