/** How a track and an upload are doing, in words. */

import { refusalText, textOf } from "$/api/words";
import { i18n } from "$/i18n/i18n.svelte";
import { about, clock, size } from "$/state/text";
import { percentOf, type TrackNow } from "$/state/track";
import { FileUnreadable } from "$/state/tusSending";
import { FileEmpty, SentElsewhere, type Song } from "$/state/uploadSong.svelte";

/** Empty for a track that is ready: there is nothing to say. */
export function statusOf(track: TrackNow): string {
  const { status } = i18n.m.library;
  switch (track.state) {
    case "ready":
      return "";
    case "failed":
      return status.failed(failureText(track));
    case "cancelled":
      return track.upload_held ? status.cancelled : status.cancelledGone;
    case "checking":
      return status.checking;
    default:
      return track.segments ? separatingText(track) : waitingText(track);
  }
}

/** Why it failed; empty where nobody knows. */
export function failureText({ failure }: TrackNow): string {
  return failure ? refusalText(failure.reason, failure.message) : "";
}

/** Its place in line and when it may be ready, where that is known. */
function waitingText({ jobs_ahead, eta_s }: TrackNow): string {
  const { status } = i18n.m.library;
  if (jobs_ahead === undefined) {
    return status.turn;
  }
  if (!jobs_ahead) {
    return status.starting;
  }
  const place = status.ahead(jobs_ahead);
  return typeof eta_s === "number" ? `${place} · ${i18n.m.listing.ready(about(eta_s))}` : place;
}

function separatingText(track: TrackNow): string {
  const { status } = i18n.m.library;
  const parts = [status.separating(Math.floor(percentOf(track)))];
  if (typeof track.eta_s === "number") {
    parts.push(status.left(about(track.eta_s)));
  }
  parts.push(status.playable(clock(track.playable_s)));
  return parts.join(" · ");
}

type SongNow = Pick<Song, "state" | "percent" | "size_bytes" | "fault" | "isWaiting" | "left_s" | "canReopen">;

/** `place` is that of a song among those that wait, from 1 on. */
export function uploadText(song: SongNow, place = 1): string {
  const { uploads } = i18n.m.library;
  switch (song.state) {
    case "waiting":
      return uploads.waiting(place, size(song.size_bytes));
    case "sending":
      return song.isWaiting ? uploads.serverAway(song.percent) : sendingText(song);
    case "checking":
      return song.isWaiting ? uploads.serverAwaySent : uploads.checking;
    case "stopped":
      return uploads.stopped(song.percent, faultText(song.fault));
    case "refused":
      return faultText(song.fault);
    case "interrupted":
      return interruptedText(song);
  }
}

function sendingText(song: SongNow): string {
  const sending = i18n.m.library.uploads.sending(song.percent, size(song.size_bytes));
  return song.left_s === null ? sending : `${sending} · ${i18n.m.library.status.left(about(song.left_s))}`;
}

function interruptedText({ percent, canReopen }: SongNow): string {
  const { uploads } = i18n.m.library;
  const what = percent ? uploads.interruptedAt(percent) : uploads.interrupted;
  return canReopen ? what : `${what} ${uploads.giveAgain}`;
}

function faultText(fault: unknown): string {
  const { uploads } = i18n.m.library;
  if (fault instanceof FileEmpty) {
    return uploads.empty;
  }
  if (fault instanceof FileUnreadable) {
    return uploads.unreadable;
  }
  return fault instanceof SentElsewhere ? uploads.elsewhere : textOf(fault);
}
