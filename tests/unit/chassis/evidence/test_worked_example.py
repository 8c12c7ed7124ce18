"""The example of docs/receipts.md, followed as another program would: by the text, with hashlib and hmac."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.evidence import verifying
from services.gateway.api.receipt_examples import RECEIPT_EXAMPLES

PAGE = (Path(__file__).parents[4] / "docs" / "receipts.md").read_text(encoding="utf-8")
KEYS, RECEIPT, BODY, CHAIN = (text.encode() for text in re.findall(r"```json\n(.*?)\n```", PAGE, re.S))


def written(value: object) -> bytes:
    """The canonical form, of what is known to be of it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.fixture
def told() -> Any:
    return json.loads(RECEIPT)


def test_the_page_is_followed_step_by_step(told: Any) -> None:
    """Sizes, digests, marks and signatures are what the page says that they are."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert f"list of keys, {len(KEYS)} bytes" in PAGE
    assert f"`body`, {len(BODY)} bytes" in PAGE
    assert written(told["body"]) == BODY
    assert key.sign(BODY).hex() == told["signature"]
    digest = hashlib.sha256(BODY + bytes.fromhex(told["signature"])).hexdigest()
    assert f"`{digest}`" in PAGE
    assert json.loads(CHAIN)["entries"][1]["body"]["before"] == digest
    opening, about = bytes.fromhex(told["about"]["opening"]), told["about"]
    subject = hmac.new(opening, f"{about['person']}\n{about['thing']}".encode(), hashlib.sha256).hexdigest()
    mark = hmac.new(opening, f"key\n{about['thing']}".encode(), hashlib.sha256).hexdigest()
    assert (subject, mark) == (told["body"]["subject"], told["body"]["key"])
    listed = json.loads(KEYS)
    signature = bytes.fromhex(listed.pop("signature"))
    key.public_key().verify(signature, written(listed))


def test_the_page_is_verified_by_our_own_program() -> None:
    """The example holds, and so does its receipt without whom it is about, made as the page says."""
    keys = verifying.read_keys(KEYS)
    entries = verifying.require_chain([verifying.read_chain(CHAIN)], keys)
    shown = re.sub(rb'"about":\{.*?\},', b"", RECEIPT)
    for data in (RECEIPT, shown):
        receipt = verifying.read_receipt(data)
        verifying.require_entry(receipt.entry, keys)
        verifying.require_about(receipt)
        verifying.require_in_chain(receipt, entries)
    assert verifying.read_receipt(shown).about is None


def test_every_member_is_explained(told: Any) -> None:
    """No member of a receipt is left out of the page's table, and the document's examples are the same ones."""
    assert [name for name in told["body"] if f"`{name}`" not in PAGE] == []
    assert written(RECEIPT_EXAMPLES["SignedReceipt"]) == RECEIPT
    assert written(RECEIPT_EXAMPLES["ReceiptKeys"]) == KEYS
