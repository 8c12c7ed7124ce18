"""Every metric's name, unit and labels, declared once; and the endpoint that serves them."""

from __future__ import annotations

import asyncio
import logging
import math
from wsgiref.simple_server import WSGIServer

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from chassis import logs

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

RPC_SECONDS = Histogram("stripsession_rpc_seconds", "Time to answer a gRPC call.", ["method", "code"], buckets=_SECONDS)
HTTP_SECONDS = Histogram(
    "stripsession_http_seconds", "Time to answer an HTTP request.", ["route", "method", "status"], buckets=_SECONDS
)
FACTS_PUBLISHED = Counter("stripsession_facts_published_total", "Facts relayed from the outbox.", ["subject"])
FACTS_CONSUMED = Counter("stripsession_facts_consumed_total", "Messages handled.", ["consumer", "result"])
DEAD_LETTERS = Counter("stripsession_dead_letters_total", "Messages parked after their last try.", ["consumer"])
OUTBOX_WAITING = Gauge("stripsession_outbox_waiting", "Facts committed and not yet published; counted up to 10000.")
OUTBOX_PARKED = Counter("stripsession_outbox_parked_total", "Facts that can never be published, parked.")
JOBS = Gauge("stripsession_separation_jobs", "Jobs by tier and state.", ["tier", "state"])
JOB_AUDIO_WAITING_SECONDS = Gauge("stripsession_separation_audio_waiting_seconds", "Audio in jobs not yet done.")
JOBS_ENDED = Counter("stripsession_separation_jobs_ended_total", "Jobs that ended.", ["outcome"])
STAGE_SECONDS = Histogram(
    "stripsession_separation_stage_seconds", "Time a stage took for one unit of it.", ["stage"], buckets=_SECONDS
)
FIRST_SEGMENT_SECONDS = Histogram(
    "stripsession_separation_first_segment_seconds",
    "Time from a job's acceptance to its first playable segment.",
    buckets=_SECONDS,
)
GIVEN_UP = Counter(
    "stripsession_separation_given_up_total",
    "Songs for which a part of what is found beside the stems failed.",
    ["part"],
)
UPLOADS_ERASED = Counter("stripsession_uploads_erased_total", "Uploads erased.", ["reason"])
UPLOAD_ERASURE_LATE_SECONDS = Gauge(
    "stripsession_upload_erasure_late_seconds", "How far past its deadline the oldest held upload is."
)
ACCOUNTS_ERASED = Counter("stripsession_accounts_erased_total", "People erased from every service.")
ACCOUNT_ERASURE_WAITING_SECONDS = Gauge(
    "stripsession_account_erasure_waiting_seconds", "How long ago the oldest unfinished erasure of a person began."
)
ACCOUNT_CLOSING_LATE_SECONDS = Gauge(
    "stripsession_account_closing_late_seconds", "How late the oldest closing of an account is that should have begun."
)
EXPORT_PREPARING_SECONDS = Gauge(
    "stripsession_export_preparing_seconds", "How long ago the oldest export was asked for that is being prepared."
)
PURGED = Counter("stripsession_purged_total", "Records removed past their life, as retention asked.", ["data_class"])
PURGE_LATE_SECONDS = Gauge(
    "stripsession_purge_late_seconds", "How late the latest purge of a class at a holder is that should have ended."
)
RECEIPTS_WAITING = Gauge("stripsession_receipts_waiting", "Deletions whose receipt is not signed; counted up to 10000.")
PRIVACY_REQUEST_LEFT_SECONDS = Gauge(
    "stripsession_privacy_request_left_seconds",
    "Until the first open request about privacy is past its legal day, below 0 after it; infinite where none is open.",
)
# Every process exports it, and an alert looks for what is small: none of them has a request but retention.
PRIVACY_REQUEST_LEFT_SECONDS.set(math.inf)
PRIVACY_REQUEST_UNTOLD_SECONDS = Gauge(
    "stripsession_privacy_request_untold_seconds",
    "How long ago the oldest request was answered or extended of which its sender could not be told.",
)
PROMISE_KEPT = Gauge("stripsession_promise_kept", "Whether the last look found the promise kept.", ["check"])
PROMISE_PROVED_AGE_SECONDS = Gauge(
    "stripsession_promise_proved_age_seconds", "How long ago the promise was last found kept.", ["check"]
)
UPLOAD_BYTES = Counter("stripsession_upload_bytes_total", "Bytes received in uploads.")
DOWNLOAD_BYTES = Counter("stripsession_download_bytes_total", "Bytes sent in downloads.", ["format"])
SIGN_INS = Counter("stripsession_sign_ins_total", "Attempts to sign in.", ["result"])
MAILS = Counter("stripsession_mails_total", "Tries to send a mail.", ["result"])
SECONDS_CHARGED = Counter("stripsession_billing_seconds_charged_total", "Seconds of audio charged.")
CUSTOMER_LOOKS = Counter("stripsession_billing_customer_looks_total", "Customers read anew.", ["result"])
CUSTOMER_LOOKS_WAITING = Gauge("stripsession_billing_customer_looks_waiting", "Customers that are to be read anew now.")
CUSTOMER_LOOKS_PARKED = Gauge("stripsession_billing_customer_looks_parked", "Customers given up until somebody looks.")


class MetricsEndpoint:
    """Serves the process's metrics at /metrics for Prometheus."""

    name = "metrics"

    def __init__(self, listen: str) -> None:
        """`listen` is host:port; empty serves none."""
        self._listen = listen
        self._server: WSGIServer | None = None

    async def start(self) -> None:
        """Open the port."""
        if not self._listen:
            return
        host, _, port = self._listen.rpartition(":")
        self._server, _ = start_http_server(int(port), host)
        logs.event(logging.getLogger(__name__), logging.DEBUG, "metrics served", listen=self._listen)

    async def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            # It waits for its polling thread, up to half a second.
            await asyncio.to_thread(self._server.shutdown)
            self._server.server_close()
