"""Signed receipts over HTTP: a person's own to keep, and for everybody what they are verified with."""

from __future__ import annotations

from chassis.evidence import verifying
from tests.integration.gateway.conftest import Door
from tests.integration.gateway.test_routes import check_problem, check_schema


async def test_a_receipt_is_a_file_to_keep(door: Door) -> None:
    """Byte for byte as retention signed it, under a name of its own, kept by nothing on the way."""
    answer = await door.http.get("/v1/privacy/receipts/1", headers=door.bearer())
    assert answer.status_code == 200
    check_schema(door, "SignedReceipt", answer.json())
    assert answer.headers["content-disposition"] == 'attachment; filename="receipt-1.json"'
    assert answer.headers["cache-control"] == "no-store"
    receipt = verifying.read_receipt(answer.content)
    keys = verifying.read_keys((await door.http.get("/v1/privacy/receipt-keys")).content)
    verifying.require_entry(receipt.entry, keys)
    verifying.require_about(receipt)


async def test_what_is_nobodys_or_no_number_is_not_found(door: Door) -> None:
    """A number without a receipt, and what is no number, are both nothing; without a session nothing is told."""
    missing = await door.http.get("/v1/privacy/receipts/7", headers=door.bearer())
    check_problem(missing, 404, "RECEIPT_NOT_FOUND")
    for odd in ("0", "-1", "1.5", "x", "9" * 12):
        check_problem(await door.http.get(f"/v1/privacy/receipts/{odd}", headers=door.bearer()), 404, "NOT_FOUND")
    check_problem(await door.http.get("/v1/privacy/receipts/1"), 401, "UNAUTHENTICATED")


async def test_chain_and_keys_are_for_everybody(door: Door) -> None:
    """Without a session, to be kept for a while, from any entry on, in pages of a bounded size."""
    keys = await door.http.get("/v1/privacy/receipt-keys")
    check_schema(door, "ReceiptKeys", keys.json())
    assert keys.headers["cache-control"] == "public, max-age=300"
    chain = await door.http.get("/v1/privacy/receipt-chain")
    check_schema(door, "ReceiptChain", chain.json())
    assert chain.headers["cache-control"] == "public, max-age=60"
    assert [entry.sequence for entry in verifying.read_chain(chain.content)] == [1]
    later = await door.http.get("/v1/privacy/receipt-chain", params={"from": 5, "limit": 200})
    assert (later.json()["from"], later.json()["entries"]) == (5, [])
    for query in ({"limit": 201}, {"from": 0}):
        check_problem(await door.http.get("/v1/privacy/receipt-chain", params=query), 422, "INVALID_FIELD")
