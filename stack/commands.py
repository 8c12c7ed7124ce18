"""The command of every process of the stack: what to run, with which settings, and how to tell that it answers."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT

import grpc
from grpc_health.v1 import health_pb2

from chassis.db import server as postgres_server
from chassis.identity import Certificates, dns_name
from stack import nats, postgres, secrets, triton_runtime
from stack.layout import PROVIDER, SERVICES, STORED, STRIPE, WORKER, Layout, program_root
from stack.ports import DOOR
from stack.process import Command, Ready
from stack.reach import LOOPBACK, Reach, bracketed, url_of
from stack.served_models import ServedModels, bundled_models

_PROBE_S = 2.0
_KEPT_FROM_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")
_ADMINISTRATORS_OVERRIDES = "STRIPSESSION_"
_OWN_KEYS = "STRIPSESSION_BILLING__STRIPE_SECRET_KEY_FILE"
_OWN_PROVIDERS = "STRIPSESSION_AUTH__PROVIDERS_FILE"
_TRY_PROVIDER = "TRY_PROVIDER"
_CLIENT = "stripsession"
_REDIRECT_PATH = "/v1/auth/providers/trial/callback"
_PEOPLE = ("ada@example.org", "grace@example.org")


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the supervisor decided for this run."""

    layout: Layout
    ports: Mapping[str, int]
    reach: Reach
    engine: str
    """`triton` or `in_process`."""
    log_level: str
    models: ServedModels

    @property
    def local_url(self) -> str:
        """Where this machine finds the gateway."""
        return url_of(self.reach.host, self.ports[DOOR])

    @property
    def public_url(self) -> str:
        """Where people find the page."""
        return self.reach.public_url or self.local_url

    @property
    def plays_payments(self) -> bool:
        """Whether the stand-in of Stripe takes payments, in which no money moves.

        Only where nobody else comes in, whose browsers would not find it, and nobody has keys of their own.
        """
        return self._is_own and not os.environ.get(_OWN_KEYS)

    @property
    def plays_provider(self) -> bool:
        """Whether the stand-in of a provider signs people in, as whom they choose.

        Only where that is asked for, as it asks for no password, and under the same conditions.
        """
        return self._is_own and os.environ.get(_TRY_PROVIDER) == "1" and not os.environ.get(_OWN_PROVIDERS)

    @property
    def _is_own(self) -> bool:
        return self.reach.host == LOOPBACK and not self.reach.public_url


def port_names() -> list[str]:
    """Every port that a run needs."""
    names = [DOOR, "postgres", "nats", "nats-monitor", "triton", "triton-http", "triton-metrics", STRIPE, PROVIDER]
    for service in SERVICES:
        names += [f"{service}-rpc", f"{service}-metrics"]
    return [*names, f"{WORKER}-metrics"]


def postgres_command(plan: Plan) -> Command:
    """PostgreSQL."""
    port = plan.ports["postgres"]
    return Command(
        name="postgres",
        argv=tuple(postgres_server.command(plan.layout.postgres, port)),
        environment=_environment(),
        ready=lambda: postgres.answers(plan.layout, port),
        stop_signal=SIGINT,
        before_start=lambda: postgres.initialise(plan.layout),
    )


def nats_command(plan: Plan) -> Command:
    """NATS with JetStream."""
    configuration = nats.write_configuration(plan.layout, plan.ports["nats"], plan.ports["nats-monitor"])
    health = f"http://127.0.0.1:{plan.ports['nats-monitor']}/healthz"
    return Command(
        name="nats",
        argv=(str(nats.binary()), "-c", str(configuration)),
        environment=_environment(),
        ready=lambda: http_answers(health),
    )


def triton_command(plan: Plan, runtime: triton_runtime.TritonRuntime) -> Command:
    """The inference server."""
    instance = plan.layout.triton
    command = triton_runtime.serve_command(
        runtime,
        instance,
        [plan.models.repository],
        first_model=plan.models.default,
        ports=triton_runtime.TritonPorts(
            grpc=plan.ports["triton"], http=plan.ports["triton-http"], metrics=plan.ports["triton-metrics"]
        ),
    )
    return Command(
        name="triton",
        argv=command.argv,
        environment=command.env,
        working_folder=command.cwd,
        ready=lambda: http_answers(f"http://127.0.0.1:{plan.ports['triton-http']}/v2/health/ready"),
        before_start=lambda: _clean(instance),
        # It keeps nothing, and its worker was stopped before it. Asked to end, it unloads its models, and looks once a
        # second whether that is done.
        drains=False,
        after_stop=lambda: _clean(instance),
    )


def service_command(plan: Plan, service: str) -> Command:
    """One of our services."""
    port = plan.ports[f"{service}-rpc"]
    if service == "gateway":
        health = f"{plan.local_url}/readyz"
        command = _python(plan, service, "serve", ready=lambda: http_answers(health))
        return dataclasses.replace(command, port=plan.ports[DOOR])
    return _python(plan, service, "serve", ready=lambda: _rpc_answers(plan.layout, service, port))


def stripe_command(plan: Plan) -> Command:
    """The stand-in of Stripe: checkout can be tried, and no money moves."""
    listen = f"127.0.0.1:{plan.ports[STRIPE]}"
    key, webhook = _stripe_keys(plan.layout)
    kept = {
        "STRIPE_STAND_IN_SECRET_KEY": key.read_text(encoding="ascii"),
        "STRIPE_STAND_IN_WEBHOOK_SECRET": webhook.read_text(encoding="ascii"),
    }
    argv = (sys.executable, "-m", "stack.stripe", "serve", "--listen", listen, "--data", str(plan.layout.stripe))
    return Command(
        name=STRIPE,
        argv=(*argv, "--webhook-url", f"{plan.local_url}/v1/webhooks/stripe"),
        environment=_environment() | kept | _OF_OUR_PYTHON | {"PYTHONPATH": _python_path()},
        ready=lambda: http_answers(f"http://{listen}/healthz"),
        working_folder=plan.layout.run,
    )


def provider_command(plan: Plan) -> Command:
    """The stand-in of a provider: signing in by one can be tried, and nobody's account is behind it."""
    address = _provider_address(plan)
    made_up = {
        "ISSUER_SECRET_KEY": "sk_test_" + secrets.secret(plan.layout.secrets, "provider-control"),
        # It tells nobody of its people: nothing is behind this one.
        "ISSUER_WEBHOOK_SECRET": "whsec_AAAA",
        "ISSUER_CLIENT_SECRET": _provider_secret(plan.layout).read_text(encoding="ascii"),
    }
    argv = (sys.executable, "-m", "stack.issuer", "serve", "--listen", address.removeprefix("http://"))
    told = ("--page", plan.local_url, "--client", _CLIENT, "--redirect-uri", f"{plan.local_url}{_REDIRECT_PATH}")
    people = [word for email in _PEOPLE for word in ("--person", email)]
    return Command(
        name=PROVIDER,
        argv=(*argv, *told, *people),
        environment=_environment() | made_up | _OF_OUR_PYTHON | {"PYTHONPATH": _python_path()},
        ready=lambda: http_answers(f"{address}/healthz"),
        working_folder=plan.layout.run,
    )


def worker_command(plan: Plan) -> Command:
    """The separation worker."""
    url = f"http://127.0.0.1:{plan.ports[f'{WORKER}-metrics']}/metrics"
    command = _python(plan, "separation", "worker", ready=lambda: http_answers(url))
    return dataclasses.replace(command, name=WORKER)


def settings_of(plan: Plan, service: str) -> dict[str, str]:
    """Every setting that the stack decides for a service, by its name without the prefix."""
    layout, ports = plan.layout, plan.ports
    settings = {
        "listen": f"127.0.0.1:{ports[f'{service}-rpc']}",
        "metrics_listen": f"127.0.0.1:{ports[f'{service}-metrics']}",
        "certificates": str(layout.certificates),
        "nats_url": f"nats://127.0.0.1:{ports['nats']}",
        "log_level": plan.log_level,
    }
    if service in STORED:
        settings["database_url"] = postgres.url(layout, ports["postgres"], service)
    settings.update(_own_settings(plan, service))
    return settings


def _own_settings(plan: Plan, service: str) -> dict[str, str]:
    layout = plan.layout
    objects = {"objects_url": f"file://{layout.objects}"}
    match service:
        case "gateway":
            others = {f"{name}_address": _address(plan, name) for name in SERVICES if name != "gateway"}
            return others | _of_the_door(plan)
        case "auth":
            return {
                "signing_key_file": str(layout.secrets / "auth-signing-key.pem"),
                "public_url": plan.public_url,
                # Until whoever runs this names an SMTP server, mail is for them alone: `stripsession mail` shows it.
                "mail_dir": str(layout.mail),
            } | _of_providers(plan)
        case "library":
            master_key = secrets.key_file(layout.secrets, secrets.MASTER_KEY)
            return objects | {
                "separation_address": _address(plan, "separation"),
                "master_key_file": str(master_key),
            }
        case "separation":
            return objects | {
                "library_address": _address(plan, "library"),
                "billing_address": _address(plan, "billing"),
                "engine": plan.engine,
                "triton_address": f"127.0.0.1:{plan.ports['triton']}",
                "triton_shared_memory": "true",
                "model_repository": str(plan.models.repository),
                "models_dir": str(bundled_models()),
                "imported_models_dir": str(layout.models),
                "default_model": plan.models.default,
                "chunks_in_flight": str(plan.models.chunks_asked),
            }
        case "billing":
            return {"default_plan": "home", "public_url": plan.public_url} | _of_payments(plan)
        case "retention":
            holders = ("library", "separation", "billing", "auth")
            key_file = {"receipt_key_file": str(layout.secrets / "receipt-signing-key.pem")}
            return key_file | {f"{name}_address": _address(plan, name) for name in holders}
    raise ValueError(f"no such service: {service}")


def _of_providers(plan: Plan) -> dict[str, str]:
    if not plan.plays_provider:
        return {}
    listed = {
        "provider": "trial",
        "name": "the test provider",
        "issuer": _provider_address(plan),
        "client_id": _CLIENT,
        "client_secret_file": str(_provider_secret(plan.layout)),
    }
    path = plan.layout.run / "providers.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([listed]))
    return {"providers_file": str(path)}


def _provider_address(plan: Plan) -> str:
    return f"http://127.0.0.1:{plan.ports[PROVIDER]}"


def _provider_secret(layout: Layout) -> Path:
    return secrets.prefixed_file(layout.secrets, "provider-client-secret", "trial_")


def _of_payments(plan: Plan) -> dict[str, str]:
    if not plan.plays_payments:
        return {}
    key, webhook = _stripe_keys(plan.layout)
    return {
        "stripe_secret_key_file": str(key),
        "stripe_webhook_secret_file": str(webhook),
        "stripe_api_url": f"http://127.0.0.1:{plan.ports[STRIPE]}",
    }


def _stripe_keys(layout: Layout) -> tuple[Path, Path]:
    """The stand-in's key, and what it signs events with."""
    key = secrets.prefixed_file(layout.secrets, "stripe-test-key", "sk_test_")
    return key, secrets.prefixed_file(layout.secrets, "stripe-webhook-secret", "whsec_")


def _of_the_door(plan: Plan) -> dict[str, str]:
    reach = plan.reach
    settings = {
        "http_listen": f"{bracketed(reach.host)}:{plan.ports[DOOR]}",
        "web_dir": str(program_root() / "web" / "dist"),
        "public_url": plan.public_url,
        "device_key_file": str(secrets.key_file(plan.layout.secrets, "gateway-device-key")),
    }
    if not reach.public_url:
        return settings
    # Always: a proxy that forgets to say that a request came encrypted must not open the cookies to eavesdroppers.
    behind = {"trusted_proxies": "1", "proxy_addresses": ",".join(reach.proxies), "cookie_secure": "always"}
    return settings | behind


def _python(plan: Plan, service: str, verb: str, *, ready: Ready) -> Command:
    settings = settings_of(plan, service)
    if verb == WORKER:
        settings["metrics_listen"] = f"127.0.0.1:{plan.ports[f'{WORKER}-metrics']}"
    names = {f"{_ADMINISTRATORS_OVERRIDES}{name.upper()}": value for name, value in settings.items()}
    # What an administrator sets for one service wins: STRIPSESSION_BILLING__DEFAULT_PLAN sets billing's default_plan.
    mark = f"{_ADMINISTRATORS_OVERRIDES}{(WORKER if verb == WORKER else service).upper()}__"
    for name, value in os.environ.items():
        if name.startswith(mark):
            names[_ADMINISTRATORS_OVERRIDES + name.removeprefix(mark)] = value
    return Command(
        name=service,
        argv=(sys.executable, "-m", f"services.{service}", verb),
        environment=_environment()
        | names
        | _OF_OUR_PYTHON
        | (_OF_WORKERS if verb == WORKER else {})
        | {"PYTHONPATH": _python_path()},
        ready=ready,
        working_folder=plan.layout.run,
    )


def _python_path() -> str:
    root = program_root()
    return os.pathsep.join((str(root), str(root / "gen")))


def _address(plan: Plan, service: str) -> str:
    return f"127.0.0.1:{plan.ports[f'{service}-rpc']}"


# Our children are new programs, which never go on with a parent's gRPC: its handlers at a fork have nothing to do, and
# write to the log, past its format, when they cannot be run.
_OF_OUR_PYTHON = {"PYTHONUNBUFFERED": "1", "GRPC_ENABLE_FORK_SUPPORT": "0"}
# Large arrays in large pages (madvise, glibc 2.35 and later): a worker gives each back as soon as it is let go, and the
# system has to clear the next one's pages one by one otherwise.
_OF_WORKERS = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT_FROM_ENVIRONMENT if name in os.environ}


def _clean(instance: Path) -> None:
    triton_runtime.clean_leftovers(instance)


async def http_answers(url: str) -> bool:
    """Whether one of our own HTTP addresses says 200 within two seconds."""

    def ask() -> bool:
        try:
            # No proxy of this machine's owner reaches its own loopback.
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=_PROBE_S) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return await asyncio.to_thread(ask)


async def _rpc_answers(layout: Layout, service: str, port: int) -> bool:
    options = [("grpc.ssl_target_name_override", dns_name(service)), ("grpc.enable_http_proxy", 0)]
    credentials = Certificates(layout.certificates, "console").channel_credentials()
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options) as channel:
        # The health package has no stub for aio in its types, so the method is named here.
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        with contextlib.suppress(grpc.RpcError):
            answer = await check(health_pb2.HealthCheckRequest(), timeout=_PROBE_S)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
    return False
