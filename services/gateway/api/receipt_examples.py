"""A receipt, the chain that it stands in and the key that signed it: the worked example of docs/receipts.md."""

from __future__ import annotations

from collections.abc import Mapping

_KEY_ID = "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y"
_BODY = {
    "form": "stripsession-receipt-1",
    "sequence": 1,
    "before": "0" * 64,
    "signed_by": _KEY_ID,
    "kind": "upload",
    "subject": "6d1cd2cf24b54a68e0ac9122c3a6dfdfd0279c4fa77cfcc0cae103083c9aedf3",
    "reason": "finished",
    "asked_at": "2030-05-04T09:30:00Z",
    "erased_at": "2030-05-04T09:31:10Z",
    "gone": {"library": {"objects": 9}},
    "key": "6c94c2c1601338d4cee33b16c998e3f9e3f8dbc999debb79e97fd1e01c3a7915",
}
_SIGNATURE = (
    "9bf4bd980011400ec3a6343b4d2e1159604167d50c36a6e55f6990a065112b2a"
    "e564166a6b918056987f044221f89fc32ba0712b9c5dc5942f0584e13afc9202"
)
RECEIPT_EXAMPLES: Mapping[str, object] = {
    "SignedReceipt": {
        "form": "stripsession-receipt-1",
        "body": _BODY,
        "signature": _SIGNATURE,
        "about": {
            "opening": "f2ee6d2c9ad61221482a75c999258edefb2cf7c763d8357e8939c04808779de6",
            "person": "usr_9f2b6c1d3e4a5b7c8d9e0f1a2b3c4d5e",
            "thing": "upl_7d3e1a9c5b2f4068912ac3de4f5b6a70",
        },
    },
    "ReceiptKeys": {
        "form": "stripsession-receipt-keys-1",
        "keys": [
            {
                "crv": "Ed25519",
                "kty": "OKP",
                "kid": _KEY_ID,
                "x": "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
                "since": "2030-05-01T08:00:00Z",
                "from_sequence": 1,
                "until_sequence": None,
            }
        ],
        "signed_by": _KEY_ID,
        "signature": (
            "1a2576b7bf7f68e32b20089b64bfc201e19d1895e3577b0fa68f8ef0d557d858"
            "d6ce44039b8276c1c5a8a318b1b2a74c297a42c73fe4ef3b044e07ef5f1a6204"
        ),
    },
    "ReceiptChain": {
        "form": "stripsession-receipt-chain-1",
        "from": 1,
        "entries": [{"body": _BODY, "signature": _SIGNATURE}],
        "next": 2,
    },
}
