"""Every setting of the gateway, with its unit."""

from __future__ import annotations

import dataclasses
import ipaddress
from pathlib import Path
from typing import Literal

from chassis.settings import ServiceSettings, SettingsInvalid


@dataclasses.dataclass(frozen=True, kw_only=True)
class GatewaySettings(ServiceSettings):
    """What the gateway is told, beyond what every service is. It serves no gRPC, so `listen` means nothing to it."""

    http_listen: str = "127.0.0.1:8080"
    """Address of the HTTP server, host:port."""
    web_dir: Path = Path("web/dist")
    """Folder of the browser client as it was built."""
    auth_address: str
    """gRPC address of auth, host:port."""
    library_address: str
    """gRPC address of the library, host:port."""
    separation_address: str
    """gRPC address of separation, host:port."""
    billing_address: str
    """gRPC address of billing, host:port."""
    retention_address: str
    """gRPC address of retention, host:port."""
    public_url: str = ""
    """Where people reach us, e.g. https://stripsession.example, and the only name that others than this machine may
    ask for, through `proxy_addresses` where these are set; empty takes what each request says."""
    also_known_as: tuple[str, ...] = ()
    """Further names that people or other programs reach us by, e.g. www.stripsession.example or a cluster's for us."""
    trusted_proxies: int = 0
    """Proxies in front of us, one behind the other, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    proxy_addresses: tuple[str, ...] = ()
    """Addresses and networks that these proxies reach us from, e.g. 127.0.0.1,10.0.0.0/8; empty believes, and answers,
    any peer."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call us with bearer tokens; none by default."""
    cookie_secure: Literal["auto", "always", "never"] = "auto"
    """auto (when the request came by https), always or never."""
    device_key_file: Path | None = None
    """32 random bytes, the same for every gateway, that stamp the browsers which signed in to an account, so that
    strangers' wrong passwords do not make them wait; none stamps and knows no browser."""
    retired_device_key_files: tuple[Path, ...] = ()
    """Keys before this one, whose stamps are still known; a stamp is renewed when its owner signs in."""
    requests_per_s: float = 50.0
    """Steady rate for one signed-in person, and for one address of people who are not."""
    requests_burst: int = 400
    """Requests that may come at once; a player that fills its buffer asks for many segments."""
    sign_ins_per_minute: float = 20.0
    """Steady rate of sign-ins for one address."""
    sign_ins_burst: int = 20
    """Sign-ins that may come at once."""
    sign_in_tries_free: int = 5
    """Wrong passwords for one account, from wherever they come, before each further try has to wait."""
    sign_in_wait_s_min: float = 1.0
    """First such wait; each is twice the last."""
    sign_in_wait_s_max: float = 300.0
    """Longest of them. The right password, or an hour without a try, begins anew."""
    event_streams_per_user: int = 16
    """Event streams that one person may hold open."""
    requests_in_flight_max: int = 2000
    """Requests answered at once; more are told to come back."""
    requests_in_flight_per_user: int = 64
    """Of these, for one person: pages and players need a dozen, and nobody may take all."""
    covers_in_flight_max: int = 16
    """Pictures of up to 4 MiB that are sent on at once; more are told to come back. Each is in memory some four times
    over on its way (as it came, in the message, as that is written, as gRPC sends it): 256 MiB in all."""
    covers_in_flight_per_user: int = 4
    """Of these, for one person."""
    upload_bytes_max: int = 2 * 1024**3
    """Largest upload, in bytes; the library's own limit holds as well."""
    header_read_s: float = 15.0
    """Longest wait for a request's headers."""
    body_idle_s: float = 60.0
    """Longest silence in the middle of a request's body."""

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when a proxy's address is none."""
        try:
            self.proxy_networks()
        except ValueError as error:
            raise SettingsInvalid(f"STRIPSESSION_PROXY_ADDRESSES is malformed: {error}") from error

    def proxy_networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """`proxy_addresses`, read."""
        return tuple(ipaddress.ip_network(text) for text in self.proxy_addresses)
