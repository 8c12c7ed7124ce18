"""What answers hold, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.acceptance_schemas import ACCEPTANCE_SCHEMAS
from services.gateway.api.billing_schemas import BILLING_SCHEMAS
from services.gateway.api.census_schemas import CENSUS_SCHEMAS
from services.gateway.api.closing_schemas import CLOSING_SCHEMAS
from services.gateway.api.export_schemas import EXPORT_SCHEMAS
from services.gateway.api.passkey_schemas import PASSKEY_SCHEMAS
from services.gateway.api.policy_schemas import POLICY_SCHEMAS
from services.gateway.api.promise_schemas import PROMISE_SCHEMAS
from services.gateway.api.provider_schemas import PROVIDER_SCHEMAS
from services.gateway.api.reasons import WORDS
from services.gateway.api.receipt_schemas import RECEIPT_SCHEMAS
from services.gateway.api.report_schemas import REPORT_SCHEMAS
from services.gateway.api.request_schemas import REQUEST_SCHEMAS
from services.gateway.api.scopes import SCOPE_TEXT
from services.gateway.api.shapes import (
    Schema,
    count,
    list_of,
    moment,
    of,
    one_of,
    or_null,
    structure,
    text,
    texts,
    yes_no,
)
from services.gateway.api.track_schemas import TRACK_SCHEMAS
from services.gateway.api.webhook_schemas import WEBHOOK_SCHEMAS

_NEXT = or_null(text("`cursor` of the next page; null on the last."))
_API_KEY: Mapping[str, Schema] = {
    "key_id": text("Names the key."),
    "name": text("What you call it."),
    "scopes": list_of("ApiKeyScope", "What it may be used for."),
    "ending": text("The last characters of its secret, to tell keys apart by."),
    "created_at": moment("When it was made."),
    "expires_at": or_null(moment("When it stops working; null when it works until it is revoked.")),
    "last_used_on": or_null(
        {"type": "string", "format": "date", "description": "The day in UTC of its last use; null for never."}
    ),
}

SCHEMAS: Mapping[str, Schema] = {
    **TRACK_SCHEMAS,
    **REPORT_SCHEMAS,
    **BILLING_SCHEMAS,
    **PASSKEY_SCHEMAS,
    **WEBHOOK_SCHEMAS,
    **PROVIDER_SCHEMAS,
    "ProblemReason": one_of(
        "What went wrong, for programs; each word has one status. OTHER stands for a word newer than this document,"
        " which is then in facts.reason: go by the status.",
        *WORDS,
    ),
    "Problem": structure(
        "A refusal, as RFC 9457 has it.",
        "facts",
        type=text("A URN of the reason."),
        title=text("The status in words."),
        status={"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
        detail=text("What happened, in words to show."),
        action=text("What to do about it, in words to show; often the detail's own last sentence."),
        reason=of("ProblemReason"),
        instance=text("A URN of the request, to tell whoever runs the server; its id is in X-Request-Id, too."),
        facts={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The detail's figures and names for programs; which there are depends on the reason.",
        },
    ),
    "Account": structure(
        "Somebody's account.",
        user_id=text("Names the person."),
        email=text("The address that signs in; empty where another issuer vouches for somebody and has verified none."),
        display_name=text("Name to show; may be empty."),
        created_at=moment("When it was made."),
        email_verified=yes_no("Whether a link in a mail to the address was opened."),
        age_confirmed=yes_no("Whether it was confirmed that the person is 13 or older; where not, confirmAge does it."),
    ),
    "SignUpPending": structure(
        "A sign-up that waits, whether or not there is an account with its address.",
        confirmation=one_of("What it waits for: mail, that a mail to the address is read.", "mail"),
    ),
    "SignInChallenge": structure(
        "A right password, which a second factor has to go with.",
        challenge=text("For answerChallenge, which takes it once."),
        expires_at=moment("When it stops working."),
        methods=texts("What answers it: totp, recovery_code."),
    ),
    "SteppedUp": structure(
        "A token that says that its bearer has just shown who they are; in a cookie, where the request's came in one.",
        *("token_type", "access_token"),
        access_expires_at=moment("When it ends: refresh before."),
        token_type=one_of("How it is sent.", "Bearer"),
        access_token=text("In place of the one that asked."),
    ),
    "SecondFactor": structure(
        "What you show besides your password.",
        set_at=or_null(moment("When it was set; null where there is none.")),
        recovery_codes_left=count("Recovery codes that were not used yet."),
        is_offered=yes_no("Whether one can be set: it goes with a password, which not everybody has here."),
    ),
    "NewSecondFactor": structure(
        "A secret that is not in force yet.",
        secret=text("In base 32, to type into an authenticator."),
        uri=text("To open in an authenticator on this machine."),
        qr_rows=texts("The same as a QR code, row by row: 1 is dark, 0 is light. It needs a light margin of four."),
    ),
    "RecoveryCodes": structure(
        "They are told this once.",
        recovery_codes=texts("Ten, each of which works once in place of the authenticator."),
    ),
    "SessionList": structure(
        "Where somebody is signed in.",
        sessions=list_of("SignedInSession", "The last used first."),
    ),
    "SignedInSession": structure(
        "A session that lives.",
        session_id=text("Names it."),
        device=text("Program and system, e.g. Firefox, Linux, or an approved program's own name; else empty."),
        created_at=moment("When it was opened."),
        last_used_at=moment("When its tokens were last renewed."),
        is_current=yes_no("Whether it is the one that asks."),
    ),
    "EndedSessions": structure("What was ended.", ended=count("How many sessions.")),
    "Session": structure(
        "A session. With `transport` token the tokens are here; with cookie they are in HttpOnly cookies alone.",
        *("account", "token_type", "access_token", "refresh_token"),
        user_id=text("Whose session it is."),
        access_expires_at=moment("When the access token ends: refresh before."),
        refresh_expires_at=moment("When the refresh token ends: sign in again by then."),
        account=of("Account"),
        token_type=one_of("How the access token is sent.", "Bearer"),
        access_token=text("For `Authorization: Bearer`, some minutes long."),
        refresh_token=text("Buys the next pair, once. A second use ends the session."),
    ),
    "ApiKeyScope": SCOPE_TEXT.own_schema(),
    "ApiKey": structure(
        "A key, without its secret.",
        **_API_KEY,
    ),
    "NewApiKey": structure(
        "A key that was made just now.",
        **_API_KEY,
        secret=text("What a program sends as `Authorization: Bearer`. It is told this once."),
    ),
    "ApiKeys": structure("Your keys.", keys=list_of("ApiKey", "Newest first.")),
    "DeviceCodes": structure(
        "What a program shows and asks with.",
        device_code=text("The program's own: whoever holds it gets the session."),
        user_code=text("To show; case, spaces and hyphens make no difference."),
        path=text("Where it is approved, below the server's address. The code stands behind the #."),
        expires_at=moment("When both codes stop working."),
        interval_s=count("Seconds to wait between two questions."),
    ),
    "DeviceSignIn": structure(
        "A program that waits to be approved.",
        client_name=text("What it calls itself; nobody vouches for that."),
        address=text("The network address that it asked from."),
        started_at=moment("When it asked."),
        expires_at=moment("When the code stops working."),
    ),
    "MailedLink": structure(
        "What the link of a mail is for. Addresses are told by their first character and domain alone.",
        account=or_null(
            text("The account that it changes, by its present address; null for one that is to be, or has no address.")
        ),
        email=text("The address that the account has then."),
    ),
    "Model": structure(
        "A model that can separate.",
        name=text("What createTrack takes as `model`."),
        title=text("Name to show."),
        stems=texts("What it separates a song into."),
        version=text("Which of its versions runs."),
        summary=text("What it is good at, in a sentence."),
        licence=text("Licence of its weights and code."),
        is_default=yes_no("Whether it is taken when none is named."),
    ),
    "ModelList": structure("The models.", models=list_of("Model", "All of them.")),
    "Plan": structure(
        "What whoever is on it may separate and download, paid for or not.",
        name=text("The plan's fixed word."),
        title=text("Name to show."),
        seconds_a_month=count(
            "Seconds of song that may be separated in a month: a calendar month in UTC, or one of what is paid. What is"
            " left of them ends with it."
        ),
        longest_song_s=count("Seconds of the longest song that is taken, also with minutes of a pack."),
        parallel_jobs=count("Songs of one person that are separated at once; more of theirs wait."),
        models=texts("Names of the models that it has; empty means every one."),
        default_model=or_null(text("The model taken when none is named; null takes the server's.")),
        priority=text(
            "The tier in which its songs wait while others do: standard, priority or first. A higher one is served more"
            " often, and none is kept waiting for good."
        ),
        formats=texts("Formats in which stems and mixes may be downloaded; empty means every one."),
    ),
    "Pack": structure(
        "Minutes that are bought once, on top of a plan, which stays as it is in all else.",
        name=text("The pack's fixed word."),
        title=text("Name to show."),
        seconds=count("Seconds of song that it holds."),
        life_days=count("Days for which they can be used, from the payment on."),
    ),
    "Plans": structure(
        "The plans, and packs beside them.",
        plans=list_of("Plan", "All on offer."),
        packs=list_of("Pack", "All on offer."),
        first_plan=or_null(
            text("Name of the plan that one is on before, and after, any other; null where it is not told.")
        ),
    ),
    "GrantSource": one_of(
        "plan_month: a month on a plan; plan_period: a paid period; trial; top_up: a pack; courtesy: the operator's;"
        " correction: of a refund or dispute; unspecified: newer than this gateway.",
        *("unspecified", "plan_month", "plan_period", "trial", "top_up", "courtesy", "correction"),
    ),
    "Grant": structure(
        "Seconds that were given until some time.",
        grant_id=text("Names the grant."),
        source=of("GrantSource"),
        plan=or_null(text("The plan that it came by; null for none.")),
        starts_at=moment("From when on it may be used."),
        expires_at=moment("When what is left of it ends."),
        granted_s=count("Seconds that were given."),
        settled_s=count("Seconds of song that were separated with it."),
        reserved_s=count("Seconds of it that songs under way hold."),
        left_s=count("Seconds left of it."),
    ),
    "Usage": structure(
        "This period so far: a calendar month, or a subscription's.",
        plan=of("Plan"),
        settled_s=count("Seconds of song that were separated."),
        reserved_s=count("Seconds of the songs under way."),
        left_s={"type": "integer", "format": "int64", "description": "Seconds left, of every grant."},
        renews_at=or_null(moment("When the next period begins; null when that waits for a payment.")),
        grants=list_of("Grant", "Those that can be used now or later, in the order in which they are used."),
    ),
    "ErasureReason": one_of(
        "finished: its track was done; deadline: nobody needed it in time; unspecified: newer than this gateway.",
        *("unspecified", "finished", "deadline"),
    ),
    "Erasure": structure(
        "The receipt of an upload that was erased.",
        upload_id=text("The upload."),
        uploaded_at=moment("When it had arrived."),
        erased_at=moment("When it was erased."),
        reason=of("ErasureReason"),
        objects=count("Stored objects that were removed."),
    ),
    "ErasurePage": structure(
        "Some of the receipts.",
        erasures=list_of("Erasure", "At most as many as were asked for, newest first."),
        next_cursor=_NEXT,
    ),
    **RECEIPT_SCHEMAS,
    **POLICY_SCHEMAS,
    **ACCEPTANCE_SCHEMAS,
    **CENSUS_SCHEMAS,
    **CLOSING_SCHEMAS,
    **EXPORT_SCHEMAS,
    **PROMISE_SCHEMAS,
    **REQUEST_SCHEMAS,
    "Status": structure("How the process is.", status=one_of("live or ready.", "live", "ready")),
    "VerificationKey": {
        "type": "object",
        "description": "A public key, as RFC 7517 has it.",
        "additionalProperties": {"type": "string"},
    },
    "KeySet": structure(
        "The keys that sign access tokens.", keys=list_of("VerificationKey", "All that may have signed a living token.")
    ),
    "Document": {"type": "object", "description": "An OpenAPI 3.1 document."},
}
