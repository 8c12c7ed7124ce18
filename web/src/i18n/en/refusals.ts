/**
 * What the gateway refuses, by its word for it (services/gateway/api/reasons.py), and why a separation failed. A word that is not
 * here is told as the server tells it.
 */

import type { Refusal } from "$/i18n/refusing";

/** The server speaks English: its own sentence where that tells more than its word, such as a figure. */
const asTold: Refusal = ({ text }) => text;
const again = "Try again in a moment.";
const audio = "Choose a song as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA.";
const reload = "Reload the page, then try again.";
const uploadAgain = "Upload the song again.";

export const refusals = {
  ACCOUNT_NOT_FOUND: "This account is not there any more. Sign in with another.",
  API_KEY_LIFE_INVALID: "A key works for 1 to 366 days, or until it is revoked.",
  API_KEY_NAME_INVALID: "Give the key a name that can be seen, of at most 100 characters.",
  API_KEY_NOT_FOUND: "This key is not there any more.",
  BODY_CUT_OFF: `The connection broke off. ${again}`,
  BODY_TOO_LARGE: "That is more than the server takes. Send less of it.",
  BODY_TOO_SLOW: "The connection is too slow just now. Try again on a better one.",
  BUSY: `Too many people are asking at this moment. ${again}`,
  CHALLENGE_SPENT: "This sign-in took too long or was finished. Begin again with your password.",
  CODE_SPENT: "This link was used or has run out. Ask for a new one.",
  CONNECTION_NOT_FOUND: "This is not connected to your account any more.",
  COVER_NOT_FOUND: "This song has no cover.",
  COVER_TOO_LARGE: "This picture is too large. Choose one of at most 4096 pixels a side and 4 MiB.",
  COVER_UNREADABLE: "The server cannot read this picture. Choose a JPEG, PNG or WebP.",
  CROSS_SITE:
    "The server took this for a request of another site. Open StripSession at its own address, then try again.",
  DAMAGED: asTold,
  DEADLINE: `The server took too long. ${again}`,
  DEPENDENCY_AWAY: `A part of StripSession is away just now. ${again}`,
  DEPENDENCY_UNAVAILABLE: `A part of StripSession is away just now. ${again}`,
  DEVICE_CODE_NOT_FOUND: "This code has run out, was answered, or never was. Begin anew in the program that shows it.",
  DISPLAY_NAME_TOO_LONG: "This name is too long. Choose one of at most 100 characters.",
  DOWNLOAD_CHANGED: "The file changed while it was read. Download it again.",
  EMAIL_KEPT_ELSEWHERE: "Your address comes from where you sign in. Change it there.",
  EMAIL_TAKEN: "There is an account with this address. Sign in with it, or use another address.",
  FORMAT_NOT_IN_PLAN: "Your plan does not have this format. Choose another, or take a larger plan.",
  GAVE_UP: "The song could not be separated in several tries.",
  IDEMPOTENCY_KEY_REUSED: `This was begun for something else. ${reload}`,
  IDENTITY_TAKEN: "This is connected to another account here. Sign in with it, and disconnect it there first.",
  INTERNAL: "Something went wrong on our side. Try again later.",
  INVALID_EMAIL: "This is not an e-mail address. Look for a slip of the keyboard.",
  INVALID_FIELD: "One of the entries does not fit. Change it, then try again.",
  LAST_WAY_IN:
    "Nothing else would sign you in. Add a passkey or choose a password by mail first, or connect another provider.",
  LINK_SPENT:
    "This link was used or has run out. Ask whoever runs this server for a new one. If that is you, `stripsession link` gives it.",
  MAIL_OFF:
    "This server sends no mail. Ask whoever runs it for a sign-in link. If that is you, `stripsession link` gives it.",
  MINUTES_EXHAUSTED: ({ needed, left, renewed }) =>
    needed && left && renewed
      ? `This song needs ${needed}, and your plan has ${left} left. New minutes come on ${renewed}.`
      : "Your plan has too few minutes left for this song. Wait for the new ones, or take a larger plan.",
  MIX_INVALID: `This mix cannot be made. ${reload}`,
  MODEL_CHANGED: "The model was replaced before this song was done. Try again.",
  MODEL_NOT_IN_PLAN: asTold,
  MODEL_UNKNOWN: "There is no such model on this server.",
  NOT_AUDIO: `This file is not audio that we can read, or it is empty. ${audio}`,
  NOT_FOUND: "There is nothing here. It may have been deleted.",
  NOT_READY: `StripSession is starting or stopping just now. ${again}`,
  NO_AUDIO_STREAM: `This file has no sound. ${audio}`,
  NOT_SUBSCRIBED: "You have no subscription to change. Choose a plan first.",
  OTHER_INTERVAL:
    "A smaller plan cannot be paid by another interval. End your subscription, then choose the plan anew.",
  PAGE_TOKEN_INVALID: `The list has changed. ${reload}`,
  PASSKEYS_OFF: "There are no passkeys on this server, or not for you: you sign in through somebody else.",
  PASSKEY_NAME_INVALID: "Give the passkey a name that can be seen, of at most 100 characters.",
  PASSKEY_NOT_FOUND: "This passkey is not there any more.",
  PASSKEY_NOT_TAKEN: "The passkey was not taken, or came too late. Try again.",
  PASSKEY_REFUSED: "This passkey opens nothing here, or its answer came too late. Try again, or use your password.",
  PASSWORD_MISSING: "This account has no password here, which this needs.",
  PAYMENTS_AWAY: `The payment provider cannot be reached just now. ${again}`,
  PAYMENTS_NOT_SET_UP: "Payments are not set up on this server, so nothing can be bought here.",
  PAYMENT_DECLINED: "Your card was declined. Change the card, then try again.",
  PAYMENT_PENDING:
    "Your plan is being renewed just now. Once that is paid, within a few hours, you can change to a larger one.",
  PLAN_WITHOUT_DEFAULT: "Your plan has no model to separate with. Tell whoever runs this server.",
  POLICY_VERSION_NOT_FOUND: "There is no such version of the policy.",
  RECEIPTS_UNSIGNED: "This installation signs no receipts yet.",
  RECEIPT_NOT_FOUND: "You have no signed receipt of this number.",
  PRICE_MISSING: "This offer has no price yet. Tell whoever runs this server.",
  PROVIDER_ANSWER_REFUSED: "What came back cannot be believed, so nobody was signed in. Begin anew.",
  PROVIDER_AWAY: "This provider cannot be reached just now. Sign in another way, or try again later.",
  PROVIDER_CONNECTED: "Another account of this provider is connected already. Disconnect that one first.",
  PROVIDER_DENIED: "The sign-in was cancelled. Begin anew if that was a mistake.",
  PROVIDER_EMAIL_TAKEN:
    "There is an account with this address. Sign in to it, then connect the provider in your account, under Security.",
  PROVIDER_SIGN_IN_SPENT: "This sign-in was used, has run out, or began in another browser. Begin anew.",
  PROVIDER_UNKNOWN: `There is no such way to sign in here. ${reload}`,
  PROOF_NOT_TAKEN: "Show who you are in another way: what you can show has changed. Reload the page, then try again.",
  QUEUE_FULL: "Too many songs are waiting. Your file is kept: try again in a while.",
  SCOPES_INVALID: "Choose at least one thing that the key may do.",
  SECOND_FACTOR_NOT_SET: "There is no second step any more. Reload the page.",
  SECOND_FACTOR_NOT_STARTED: "The set-up was begun anew elsewhere. Begin it again.",
  SECOND_FACTOR_SET: "There is a second step already. Reload the page.",
  SECRET_TOLD: "This was made already, and its secret was shown then. Revoke it, then make another.",
  SEGMENT_NOT_FOUND: `This part of the song is not made yet. ${again}`,
  SEPARATION_FAILED: "The song could not be separated. Try again.",
  SEPARATION_UNAVAILABLE: "Songs cannot be separated just now. Your file is kept: try again in a moment.",
  SESSION_ENDED: "Your session has ended. Sign in again.",
  SESSION_NOT_FOUND: "There is no such session any more.",
  SHARE_LIFE_INVALID: "A link works for an hour at least and 90 days at most.",
  SHARE_NOT_FOUND: "This link has ended. Ask whoever sent it for a new one.",
  SHARE_VIEW_INVALID: "This mix is too large to go with a link. Reset the mix, then make the link.",
  SIGNATURE_INVALID: "This did not come from the payment provider.",
  STEM_NOT_FOUND: `This track has no such stem. ${reload}`,
  STEP_UP_REQUIRED:
    "Nothing was done. This takes somebody who has just shown who they are: try again, or sign out and in again.",
  SUBSCRIBED_ALREADY: "You have a subscription already. Change its plan instead.",
  TAGS_INVALID: "A track takes 20 tags, each of at most 40 characters.",
  TITLE_EMPTY: "Give it a title that can be seen.",
  TOO_FAST: `That was too much in a short time. ${again}`,
  TOO_LONG: asTold,
  TOO_MANY_API_KEYS: "You have as many keys as you may have. Revoke one of them first.",
  TOO_MANY_AT_ONCE: `Too much is asked at once. ${again}`,
  TOO_MANY_CODES: "Too many wrong codes were entered. Wait a while before the next one.",
  TOO_MANY_MAILS: "Enough mail was sent for now. Look among what came, or try again later.",
  TOO_MANY_PASSKEYS: "You have as many passkeys as you may have. Remove one of them first.",
  TOO_MANY_SHARES: "This track has as many links as it may have. Revoke one of them first.",
  TOO_MANY_STREAMS: "StripSession is open in too many tabs. Close one of them.",
  TOO_MANY_UPLOADS: "Too many uploads are open. Finish or cancel one of them first.",
  TOO_MANY_WEBHOOKS: "You have as many webhooks as you may have. Remove one of them first.",
  TOO_SHORT: "This file holds no sound at all. Check that it plays, then upload it again.",
  TRACK_NOT_FOUND: "This track is not there any more.",
  TRACK_NOT_READY: "This track is not complete yet. Wait until all its stems are made.",
  TRACK_NOT_RETRYABLE: "Only a track that failed or was cancelled can be separated again.",
  TRACK_NOT_SEPARATING: "The separation has already ended.",
  UNAUTHENTICATED: "Sign in first.",
  UNKNOWN_FORMAT: "There is no such download. Choose another format.",
  UNKNOWN_OFFER: `This is not on offer any more. ${reload}`,
  UNREACHABLE: `A part of StripSession is away just now. ${again}`,
  UNSUPPORTED_CHANNELS: asTold,
  UNSUPPORTED_RATE: asTold,
  UPLOAD_DEADLINE: "The song was erased after 24 hours, before it could be separated.",
  UPLOAD_EMPTY: "This file is empty. Choose another file.",
  UPLOAD_FRAGMENTED: `The file arrived in too many small pieces. ${uploadAgain}`,
  UPLOAD_GONE: `The uploaded file has been erased. ${uploadAgain}`,
  UPLOAD_INCOMPLETE: "The file is not uploaded to its end yet. Choose it again to go on.",
  UPLOAD_IN_USE: "This file is being separated. Cancel the separation first.",
  UPLOAD_NOT_FOUND: `This upload is not there any more. ${uploadAgain}`,
  UPLOAD_OFFSET_MISMATCH: `The upload lost its place. ${again}`,
  UPLOAD_OVERRUN: "The file changed while it was sent. Choose it again.",
  UPLOAD_TOO_LARGE: ({ most }) =>
    most ? `This file is too large: at most ${most} are taken.` : "This file is too large. Choose a smaller one.",
  WEAK_PASSWORD: asTold,
  WEBHOOK_DELIVERY_NOT_FOUND: "This message is not in the log any more.",
  WEBHOOK_DISABLED: "This webhook is off. Turn it on first.",
  WEBHOOK_EVENTS_INVALID: "Choose at least one thing that it is told of.",
  WEBHOOK_FULL: "A hundred messages or more wait for this webhook. Let them arrive first.",
  WEBHOOK_NOT_FOUND: "There is no such webhook any more.",
  WEBHOOK_URL_INVALID:
    "Enter an address that begins with https:// and leads to a public server, without a password in it.",
  WRONG_ADDRESS: ({ address }) =>
    address
      ? `StripSession is not reached by this name. Open ${address} instead.`
      : "StripSession is not reached by this name. Ask whoever runs it for its address.",
  WRONG_CODE: "The code is wrong, or was used already. Wait for the next one.",
  WRONG_CREDENTIALS: "The address or the password is wrong. Check both.",
  WRONG_PASSKEY:
    "This passkey was not taken, or its answer came too late. Try again, or show in another way who you are.",
  WRONG_PASSWORD: "The password is wrong. Look for a slip of the keyboard.",
} satisfies Record<string, Refusal>;
