"""Every word that a refusal may carry: what it is in HTTP, and when it comes. The document lists them from here.

A client may know them all: a service's word that is not here, as a newer service may have one, is told as OTHER.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Reason:
    """One word of a refusal."""

    status: int
    """Its only HTTP status."""
    detail: str
    """What is told with it, or an example of that where the words depend on the case."""
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """An example of what is told in figures, where anything is."""


OTHER = "OTHER"
"""In place of a word that this gateway does not know; its status is that of the service's code."""
_PRIVATE = "Something went wrong on our side."
_AWAY = "A part of StripSession is not available right now."

OF_THE_DOOR: Mapping[str, Reason] = {
    "BODY_CUT_OFF": Reason(408, "The body broke off; what arrived is kept."),
    "BODY_TOO_LARGE": Reason(413, "The body is larger than 65536 bytes."),
    "BODY_TOO_SLOW": Reason(408, "The body did not arrive in time."),
    "BUSY": Reason(503, "Too many requests are being answered right now."),
    "CROSS_SITE": Reason(403, "This request did not come from our own pages."),
    "DOWNLOAD_CHANGED": Reason(409, "The file changed while it was read."),
    "FORMAT_NOT_IN_PLAN": Reason(402, "The Free plan has no flac. Choose mp3, wav, or take a larger plan."),
    "INTERNAL": Reason(500, _PRIVATE),
    "INVALID_FIELD": Reason(422, "title must have 0 to 300 characters.", {"field": "title"}),
    "MALFORMED_HEADER": Reason(400, "Upload-Length must be a whole number."),
    "MALFORMED_HTTP": Reason(400, "The headers are too long."),
    "MALFORMED_JSON": Reason(400, "The body is not a JSON document."),
    "MALFORMED_METADATA": Reason(400, "Upload-Metadata holds a value that is not base64."),
    "MALFORMED_QUERY": Reason(400, "limit must be a whole number."),
    "METHOD_NOT_ALLOWED": Reason(405, "PUT means nothing here."),
    "NOT_FOUND": Reason(404, "There is nothing here."),
    "NOT_JSON": Reason(415, "The body must be application/json."),
    "NOT_READY": Reason(503, "This process takes no requests now."),
    "RANGE_OUTSIDE": Reason(416, "The range lies outside the file."),
    "SCOPE_MISSING": Reason(403, "This API key is not for downloads.", {"scope": "downloads"}),
    "SESSION_REQUIRED": Reason(403, "An API key cannot do this, whatever it is for."),
    "STEP_UP_REQUIRED": Reason(
        403,
        "This needs you to have shown within the last ten minutes who you are.",
        {"methods": "totp recovery_code"},
    ),
    "TOO_FAST": Reason(429, "That is too many requests in a short time."),
    "TOO_MANY_AT_ONCE": Reason(429, "Too many of your requests are being answered."),
    "TOO_MANY_STREAMS": Reason(429, "Too many event streams are open already."),
    "TUS_VERSION": Reason(412, "This server speaks tus 1.0.0."),
    "UNAUTHENTICATED": Reason(401, "This needs you to be signed in."),
    "WRONG_ADDRESS": Reason(
        421, "StripSession is not reached by this name. Open https://stripsession.example instead."
    ),
    "WRONG_CONTENT_TYPE": Reason(415, "The body must be application/offset+octet-stream."),
}
"""What the gateway says of itself."""

OF_SERVICES: Mapping[str, Reason] = {
    "ACCOUNT_NOT_FOUND": Reason(404, "There is no such account."),
    "AGE_NOT_CONFIRMED": Reason(409, "An account is for people of 13 or older. Confirm that you are."),
    "CLOSING_BEGUN": Reason(409, "The account is being erased already, and nothing takes that back."),
    "CLOSING_NOT_FOUND": Reason(
        404, "This link leads to no closing of an account, or to one for which another link was made since."
    ),
    "CLOSING_WITHDRAWN": Reason(
        409, "The closing that was asked for by this request was taken back since. Ask for it anew."
    ),
    "CODE_SPENT": Reason(404, "This link was used or has run out. Ask for a new one."),
    "CHALLENGE_SPENT": Reason(401, "This sign-in was finished or has run out. Begin again with your password."),
    "API_KEY_LIFE_INVALID": Reason(422, "A key works for 1 to 366 days, or never expires when that is asked for."),
    "API_KEY_NAME_INVALID": Reason(422, "A key's name has 1 to 100 visible characters."),
    "API_KEY_NOT_FOUND": Reason(404, "There is no such key."),
    "CLIENT_NAME_INVALID": Reason(422, "A program's name has 1 to 100 visible characters."),
    "CONNECTION_NOT_FOUND": Reason(404, "This provider is not connected to your account."),
    "COVER_NOT_FOUND": Reason(404, "The song has no cover."),
    "COVER_TOO_LARGE": Reason(413, "A cover has at most 4 MiB, and at most 4096 pixels a side."),
    "COVER_UNREADABLE": Reason(415, "A cover is a whole picture that does not move: JPEG, PNG or WebP."),
    "DAMAGED": Reason(
        422, "This file is damaged or incomplete and cannot be decoded. Export it again, then upload it."
    ),
    "DEADLINE": Reason(504, "The call took too long; try again."),
    "DEPENDENCY_AWAY": Reason(503, "The billing cannot be reached just now; please try again."),
    "DEPENDENCY_UNAVAILABLE": Reason(503, "Something this needs is away; try again shortly."),
    "DEVICE_CODE_NOT_FOUND": Reason(
        404, "This code has run out, was answered, or never was. Begin anew in the program that showed it."
    ),
    "DEVICE_PENDING": Reason(409, "Nobody has answered yet. Ask again when the interval is over."),
    "DEVICE_REFUSED": Reason(403, "Whoever looked at the code refused it. Begin anew if that was a mistake."),
    "DEVICE_TOO_SOON": Reason(429, "That is sooner than was told. Wait longer between two questions from now on."),
    "DISPLAY_NAME_TOO_LONG": Reason(422, "A name has at most 100 characters."),
    "EMAIL_KEPT_ELSEWHERE": Reason(409, "Your address comes from where you sign in. Change it there."),
    "EMAIL_TAKEN": Reason(409, "There is an account with this e-mail address. Sign in instead."),
    "EXPORT_ENDED": Reason(410, "Something in the export was deleted since, or could not be had. Ask for another."),
    "EXPORT_EXPIRED": Reason(410, "The export is too old, or a newer one took its place. Ask for another."),
    "EXPORT_NOT_FOUND": Reason(404, "You have no such export."),
    "EXPORT_NOT_READY": Reason(409, "The export is still being prepared."),
    "EXPORT_PART_AWAY": Reason(503, "A service that holds a part of the export cannot be reached. Go on in a moment."),
    "IDEMPOTENCY_KEY_REUSED": Reason(422, "This idempotency key was used for another request."),
    "IDENTITY_TAKEN": Reason(
        409, "This is connected to another account here. Sign in with it, and disconnect it there first."
    ),
    "INVALID_EMAIL": Reason(422, "This is not an e-mail address."),
    "LAST_WAY_IN": Reason(
        409,
        "Nothing else would sign you in. Add a passkey or choose a password by mail first,"
        " or connect another provider.",
    ),
    "LINK_SPENT": Reason(
        401,
        "This sign-in link was used or has expired. Ask whoever runs this server for a new one; if that is you,"
        " `stripsession link` prints it.",
    ),
    "MAIL_OFF": Reason(409, "This server sends no mail. Ask whoever runs it for a sign-in link."),
    "MINUTES_EXHAUSTED": Reason(
        402,
        "This song needs 3 minutes, and you have 1 minute left on the Free plan. New minutes come on 1 June 2030.",
        {"seconds": "180", "left_s": "60", "renews_at": "2030-06-01T00:00:00+00:00", "plan": "free"},
    ),
    "MIX_INVALID": Reason(422, "Give as many gains as stems, and name the stems."),
    "MODEL_NOT_IN_PLAN": Reason(
        422, "The Free plan does not have the model sextet; it has quartet.", {"model": "sextet", "models": "quartet"}
    ),
    "MODEL_UNKNOWN": Reason(422, "There is no model of this name; the list of models says which there are."),
    "NOT_AUDIO": Reason(422, "This file is not audio we can read. Upload WAV, FLAC, MP3, M4A/AAC or OGG."),
    "NOT_SUBSCRIBED": Reason(409, "There is no subscription to change. Choose a plan first."),
    "NO_AUDIO_STREAM": Reason(422, "This file has no sound track. Upload a file that plays sound."),
    "OTHER_INTERVAL": Reason(
        409,
        "A smaller plan cannot be paid by another interval. End the subscription, then choose the plan anew.",
    ),
    "PAGE_TOKEN_INVALID": Reason(422, "The page token is not one of ours. Start at the first page."),
    "PASSKEYS_OFF": Reason(
        409, "There are no passkeys here: this server has no public name, or you sign in through somebody else."
    ),
    "PASSKEY_NAME_INVALID": Reason(422, "A passkey's name has 1 to 100 visible characters."),
    "PASSKEY_NOT_FOUND": Reason(404, "There is no such passkey."),
    "PASSKEY_NOT_TAKEN": Reason(
        404, "This passkey was not taken: it does not answer what was asked, or comes too late. Try again."
    ),
    "PASSKEY_REFUSED": Reason(
        401, "This passkey opens nothing here, or its answer came too late. Try again, or sign in another way."
    ),
    "PASSWORD_MISSING": Reason(
        409,
        "This account has no password here, which this needs. Choose one by mail first, where you sign in here.",
    ),
    "PAYMENTS_AWAY": Reason(503, "The payment provider cannot be reached just now; please try again."),
    "PAYMENTS_NOT_SET_UP": Reason(409, "Payments are not set up on this installation, so nothing can be bought here."),
    "PAYMENT_DECLINED": Reason(402, "The card was declined. Change the card in the customer portal, then try again."),
    "PAYMENT_PENDING": Reason(
        409, "The plan is being renewed just now. Once that is paid, within a few hours, a larger one can be had."
    ),
    "PLAN_WITHOUT_DEFAULT": Reason(
        # Nothing in the request is wrong: what was left open cannot be filled in here.
        409,
        "The Home plan has no model to take when none is named. Name one of its models: duo.",
        {"models": "duo"},
    ),
    "POLICY_NOT_IN_FORCE": Reason(409, "This version of the policy is not the one in force. Read which is."),
    "POLICY_VERSION_NOT_FOUND": Reason(404, "There is no such version of the policy."),
    "PRICE_MISSING": Reason(409, "This offer has no price yet. Tell whoever runs this installation."),
    "PROVIDER_AWAY": Reason(503, "This provider cannot be reached just now. Sign in another way, or try again later."),
    "PROVIDER_CONNECTED": Reason(
        409, "Another account of this provider is connected already. Disconnect that one first."
    ),
    "PROVIDER_EMAIL_TAKEN": Reason(
        409,
        "There is an account with this address. Sign in to it, then connect the provider there, under Security.",
    ),
    "PROVIDER_SIGN_IN_SPENT": Reason(
        404, "This sign-in was used, has run out, or began in another browser. Begin anew."
    ),
    "PROVIDER_UNKNOWN": Reason(404, "There is no such way to sign in here."),
    "PROOF_NOT_TAKEN": Reason(
        409, "This is not how you can show who you are. Use one of the methods that the refusal named."
    ),
    "QUEUE_FULL": Reason(503, "Too many songs are waiting; please try again in a little while."),
    "RANGE_INVALID": Reason(422, "The range lies outside the file."),
    "RECEIPTS_UNSIGNED": Reason(404, "This installation signs no receipts yet."),
    "RECEIPT_NOT_FOUND": Reason(404, "You have no signed receipt of this number."),
    "SCOPES_INVALID": Reason(422, "Name at least one scope, and only those that there are."),
    "SECOND_FACTOR_NOT_SET": Reason(409, "There is no second factor. Set one up first."),
    "SECOND_FACTOR_NOT_STARTED": Reason(404, "Nothing waits for this code. Begin the set-up again."),
    "SECOND_FACTOR_SET": Reason(409, "There is a second factor already. Remove it first."),
    "SECRET_TOLD": Reason(
        409,
        "This request was answered already, and its secret is told once. Revoke what it made, and make another.",
        {"key_id": "key_3a9d5e07c1b84f62a0d7e8f91b2c4d6e"},
    ),
    "REPLY_ADDRESS_INVALID": Reason(422, "This is no e-mail address that an answer can go to."),
    "REQUESTS_FULL": Reason(
        503, "Nothing was noted: too many such requests wait. Try again in some days, or sign in and send it there."
    ),
    "REQUEST_NOT_FOUND": Reason(
        404, "There is no such request, or it ended so long ago that nothing is told of it any more."
    ),
    "REQUEST_TEXT_INVALID": Reason(422, "A text has 1 to 4000 characters, without control characters."),
    "SEGMENT_NOT_FOUND": Reason(404, "There is no such segment yet."),
    "SEPARATION_UNAVAILABLE": Reason(
        503, "Separation cannot be reached right now. The file is kept; try again shortly."
    ),
    "SESSION_ENDED": Reason(401, "The session has ended. Sign in again."),
    "SESSION_NOT_FOUND": Reason(404, "There is no such session, or it has ended."),
    "SHARE_LIFE_INVALID": Reason(422, "A link works for an hour at least and 90 days at most."),
    "SHARE_NOT_FOUND": Reason(404, "This link does not exist, or no longer."),
    "SHARE_VIEW_INVALID": Reason(
        422, "What is shared with a link must be a JSON object of at most 4 kB, 16 levels deep."
    ),
    "SIGNATURE_INVALID": Reason(400, "The event is not signed by the payment provider, or not now."),
    "STEM_NOT_FOUND": Reason(404, "There is no such stem."),
    "SUBSCRIBED_ALREADY": Reason(409, "There is a subscription already. Change its plan instead."),
    "TAGS_INVALID": Reason(422, "A track has at most 20 tags, each of 1 to 40 visible characters."),
    "TITLE_EMPTY": Reason(422, "A title has at least one visible character."),
    "TOO_MANY_CODES": Reason(429, "Too many wrong codes were entered. Wait before the next one."),
    "TOO_MANY_REQUESTS": Reason(
        409, "Five of your requests wait for an answer. Another can be sent once one of them is answered."
    ),
    "TOO_MANY_MAILS": Reason(429, "Enough mail was sent for now. Look among what came, or try again later."),
    # Waiting makes no room, here and for links: both end by being revoked, or after days.
    "TOO_MANY_API_KEYS": Reason(409, "You have as many keys as you may have. Revoke one of them first."),
    "TOO_MANY_PASSKEYS": Reason(409, "You have as many passkeys as you may have. Remove one of them first."),
    "TOO_MANY_SHARES": Reason(409, "The track has as many links as it may have. Revoke one of them first."),
    "TOO_LONG": Reason(422, "This song is longer than the limit of 10 minutes. Upload a shorter one."),
    "TOO_MANY_UPLOADS": Reason(429, "Too many uploads are open. Finish or give up one of them first."),
    "TOO_SHORT": Reason(422, "This file holds no sound at all. Check that it plays, then upload it again."),
    "TOO_MANY_WEBHOOKS": Reason(409, "Five webhook endpoints are the most. Remove one first."),
    "TRACK_NOT_FOUND": Reason(404, "There is no such track."),
    "TRACK_NOT_READY": Reason(409, "The track is not complete yet."),
    "TRACK_NOT_RETRYABLE": Reason(409, "Only a track that failed or was stopped can be separated again."),
    "TRACK_NOT_SEPARATING": Reason(409, "The track is not being separated."),
    "UNKNOWN_FORMAT": Reason(422, "A depth is chosen for wav alone."),
    "UNKNOWN_OFFER": Reason(422, "There is no such plan or pack on offer."),
    "UNREACHABLE": Reason(503, _AWAY),
    "UNSUPPORTED_CHANNELS": Reason(
        422, "This file has 8 channels in an arrangement we cannot mix down. Upload a mono or stereo version."
    ),
    "UNSUPPORTED_RATE": Reason(422, "This file's sample rate is 2,000 Hz. Upload one between 4,000 and 384,000 Hz."),
    "UPLOAD_EMPTY": Reason(422, "The file is empty."),
    # Waiting mends nothing: the pieces that came stay small.
    "UPLOAD_FRAGMENTED": Reason(422, "The file arrived in too many small pieces. Upload it again in larger ones."),
    "UPLOAD_GONE": Reason(410, "The uploaded file has been erased. Upload it again."),
    "UPLOAD_INCOMPLETE": Reason(409, "The file is not completely uploaded yet."),
    "UPLOAD_IN_USE": Reason(409, "The file is being separated. Stop the separation first."),
    "UPLOAD_NOT_FOUND": Reason(404, "There is no such upload."),
    "UPLOAD_OFFSET_MISMATCH": Reason(409, "The upload goes on at byte 1048576.", {"offset_bytes": "1048576"}),
    "UPLOAD_OVERRUN": Reason(422, "More bytes were sent than the upload's stated length."),
    "UPLOAD_TOO_LARGE": Reason(413, "The file is too large: at most 2 GiB are taken.", {"bytes_max": "2147483648"}),
    "WEAK_PASSWORD": Reason(422, "A password has at least 8 characters.", {"fault": "short"}),
    "WEBHOOK_DELIVERY_NOT_FOUND": Reason(404, "There is no such message in the endpoint's log."),
    "WEBHOOK_DISABLED": Reason(409, "Nothing is sent to this endpoint now. Enable it first."),
    "WEBHOOK_EVENTS_INVALID": Reason(422, "A webhook endpoint wants at least one event, each by its word."),
    "WEBHOOK_FULL": Reason(429, "A hundred messages or more wait for this endpoint. Let them arrive first."),
    "WEBHOOK_NOT_FOUND": Reason(404, "There is no such webhook endpoint."),
    "WEBHOOK_REFUSED": Reason(401, "The message is not signed by the sender we know, or not within the last minutes."),
    "WEBHOOK_UNKNOWN": Reason(404, "Nothing here takes such messages."),
    "WEBHOOK_UNREADABLE": Reason(422, "The message does not say what it should."),
    "WEBHOOK_URL_INVALID": Reason(
        422,
        "A webhook's address begins with https:// and leads to port 443 or 8443 of a public host, without a password.",
    ),
    "WEBHOOK_URL_NEEDED": Reason(
        409,
        "This webhook may have been somebody else's, or changed by them. Send its address with the wish to enable it.",
    ),
    "WRONG_CODE": Reason(403, "The code is wrong, or was used already."),
    "WRONG_CREDENTIALS": Reason(401, "The e-mail address or the password is wrong."),
    "WRONG_PASSKEY": Reason(
        403, "This passkey was not taken, or its answer came too late. Try again, or show in another way who you are."
    ),
    "WRONG_PASSWORD": Reason(403, "The password is wrong."),
}
"""What the services say, through the gateway, in their own words."""

UNTOLD: Mapping[str, str] = {
    "ADMISSION_LAPSED": "separation's; the library tells SEPARATION_UNAVAILABLE",
    "ANSWER_OUTSTANDING": "to workers",
    "API_KEY_REFUSED": "the gateway tells UNAUTHENTICATED",
    "ATTEMPT_FENCED": "to workers",
    "CALLER_NOT_ALLOWED": "the gateway's own certificate was refused: INTERNAL, for nobody outside can change it",
    "DATA_CLASS_UNKNOWN": "between retention and whoever holds something",
    "DECODER_FAILED": "separation's; the library tells SEPARATION_UNAVAILABLE",
    "ENDING_UNKNOWN": "operators' own: stripsession requests",
    "EXTENSION_TOO_LATE": "operators' own: stripsession requests",
    "ERASURE_FAILED": "retention's own errands",
    "EXAMINATION_FAILED": "retention's own errands",
    "EXPORT_LOST": "retention's own errands",
    "FILE_REFUSED": "stands for a reason that separation always gives",
    "GRANT_ENDED": "between billing's own parts",
    "GRANT_INVALID": "between billing's own parts",
    "GRANT_MISMATCH": "between billing's own parts",
    "GRANT_NOT_FOUND": "between billing's own parts",
    "GRANT_REPLACED": "between billing's own parts",
    "HOLDER_FAILED": "retention's own errands",
    "IDENTIFIER_MISSING": "the gateway names a person to whoever asks; it would tell UNAUTHENTICATED",
    "IDENTIFIER_UNKNOWN": "an operator's command line alone",
    "IDENTITY_ENDED": "a token of somebody whom the issuer deleted is refused like any bad one",
    "ISSUER_AWAY": "auth's own errands: an account is made without waiting for the issuer",
    "ISSUER_UNKNOWN": "the gateway asks for people of the issuers that auth named",
    "INVOICE_NOT_FOUND": "to the operator",
    "INVOICE_NOT_PAID": "to the operator",
    "JOB_MISMATCH": "a fault between library and separation",
    "JOB_NOT_FOUND": "the gateway reads on without a job",
    "LIBRARY_AWAY": "retention's own errands",
    "LIMIT_REACHED": "stands for a reason that separation always gives",
    "MOMENT_INVALID": "between retention and whoever holds something",
    "PART_GONE": "between retention and whoever holds something; the person is told EXPORT_ENDED",
    "PART_INVALID": "between retention and whoever holds something",
    "PART_NAME_UNSAFE": "retention's own errands",
    "PAYMENT_REFUSED": "a fault of ours or of the account at the provider: INTERNAL, with the code in the log",
    "PROVIDER_ANSWER_REFUSED": "where the browser comes back: it goes on to the page, with the word in its address",
    "PROVIDER_DENIED": "where the browser comes back: it goes on to the page, with the word in its address",
    "REQUEST_ENDED": "operators' own: stripsession requests",
    "REQUEST_EXTENDED": "operators' own: stripsession requests",
    "REQUEST_KIND_UNKNOWN": "the gateway sends known kinds alone",
    "REQUEST_REFUSED": "stands for a reason that separation always gives",
    "RESERVATION_MISMATCH": "between separation and billing",
    "RESERVATION_NOT_FOUND": "between separation and billing",
    "ROLE_NOT_ALLOWED": "to an operator of a lesser role",
    "RESERVATION_RELEASED": "between separation and billing",
    "RESERVATION_SETTLED": "between separation and billing",
    "SECONDS_INVALID": "between separation and billing: a song has a length",
    "SEGMENT_INVALID": "to workers",
    "SEGMENT_OUT_OF_ORDER": "to workers",
    "START_MISSING": "the gateway always sends a start",
    "SUBMISSION_REFUSED": "stands for a reason that separation always gives",
    "TOO_MANY_MISSING": "auth's own errands",
    "UNKNOWN_PLAN": "an operator's setting",
    "UPLOAD_REFUSED": "stands for the decoder's own reasons",
}
"""Words of services that no request can bring about, and why."""

REASONS: Mapping[str, Reason] = {**OF_THE_DOOR, **OF_SERVICES}
WORDS: tuple[str, ...] = (*sorted(REASONS), OTHER)
"""The enumeration in the document."""
