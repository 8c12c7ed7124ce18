"""What is told of tracks, their uploads, segments and links, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.remarks import CODES
from services.gateway.api.shapes import (
    DEPTH_BITS,
    Schema,
    count,
    list_of,
    moment,
    number,
    of,
    one_of,
    or_null,
    seconds,
    structure,
    text,
    texts,
    yes_no,
)

_TRACK: Mapping[str, Schema] = {
    "track_id": text("Names the track in every path."),
    "title": text("Title to show: the listener's own, else the file's."),
    "artist": text("Artist to show; empty when nobody said."),
    "state": of("TrackState"),
    "audio": or_null(of("Audio"), "What the upload holds; null until it was looked into."),
    "duration_s": or_null(seconds("Length in seconds; an estimate until the track is ready, null while unknown.")),
    "stems": texts("Names of its stems, as they stand in paths; empty until the separation has begun."),
    "playable_samples": count("Samples of each stem, per channel, that can be played from the start."),
    "playable_s": seconds("The same in seconds."),
    "segments": count("Segments of each stem that can be played: indexes 0 to one less."),
    "failure": or_null(of("Failure"), "Why it failed; null unless it did."),
    "warnings": texts("What was done to the file that its owner may want to know, in English words to show."),
    "remarks": list_of("Remark", "The same warnings in the same order, each with a word for programs."),
    "model": text("Name of the model that separates it."),
    "created_at": moment("When it was made."),
    "updated_at": moment("When it last changed."),
    "upload_id": text("The upload that it was made of."),
    "upload_held": yes_no("Whether the upload is still kept, so that it can be separated again."),
    "upload_erased_at": or_null(moment("When the upload was erased; null while it is kept.")),
    "tags": texts("The listener's own words for it, at most 20 of at most 40 characters."),
    "tempo_bpm": or_null(number("Beats a minute, once it is ready; null where no beat was heard.")),
    "key": or_null(text("For example D major, once it is ready; null where none is clear.")),
    "cover_url": or_null(
        text("Path of its cover, to be read as the track is; another for another cover, and null where it has none.")
    ),
}
SHARED_MEMBERS = (
    "title",
    "artist",
    "state",
    "audio",
    "duration_s",
    "stems",
    "playable_samples",
    "playable_s",
    "segments",
    "tempo_bpm",
    "key",
)
"""What of a track whoever holds a link is told: what playing needs, and no identifier."""
_VIEW: Schema = {
    "type": "object",
    "additionalProperties": True,
    "description": "Mix, loop, key and tempo, as its maker's player wrote them: a stranger's word to whoever reads it.",
}
_SHARE: Mapping[str, Schema] = {
    "share_id": text("Names the link to its maker; it opens nothing."),
    "created_at": moment("When it was made."),
    "expires_at": moment("When it ends."),
    "view": _VIEW,
}
_PROGRESS: Schema = or_null(
    of("JobProgress"), "How far its separation is; null once that has ended, and while nobody can tell."
)
_TOLD: Mapping[str, Schema] = {
    "report": or_null(of("Report"), "What the separation came to, once it is ready."),
    "analysis": or_null(of("Analysis"), "What was heard in the song, once it is ready."),
}
_SEGMENTS = list_of("Segment", "Those from the index asked for on that can be played, in order.")

TRACK_SCHEMAS: Mapping[str, Schema] = {
    "Upload": structure(
        "An upload that was opened.",
        upload_id=text("Names the upload; its path is in Location."),
        length_bytes=count("Size of the whole file in bytes."),
    ),
    "TrackState": one_of(
        "checking: looked into and waiting; separating: segments come one after another; ready: complete; failed and"
        " cancelled: ended, and to be separated again by retryTrack; unspecified: a state newer than this gateway.",
        *("unspecified", "checking", "separating", "ready", "failed", "cancelled"),
    ),
    "ChannelCount": {
        "type": "integer",
        "enum": [1, 2],
        "description": "1 is mono, 2 stereo; more are mixed down to 2.",
    },
    "Audio": structure(
        "The sound of an upload, and so of its stems.",
        sample_rate_hz=count("Samples a second, 4,000 to 384,000."),
        channels=of("ChannelCount"),
        depth_bits=DEPTH_BITS,
        codec=text("How the upload was coded, for example flac or mp3."),
        length_samples=count("Samples per channel; an estimate until the track is ready."),
    ),
    "RemarkCode": one_of(
        "What is remarked on, for programs that have words of their own. OTHER: show the text.", *CODES
    ),
    "Remark": structure(
        "Something that the owner of a song may want to know of its separation.",
        code=of("RemarkCode"),
        text=text("It in English words to show, as in `warnings`."),
        facts={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The text's figures for programs; which there are depends on the code.",
        },
    ),
    "Failure": structure(
        "Why a track failed.",
        reason=text("A fixed word, as a refusal of createTrack has, or of the separation itself."),
        message=text("What happened and what to do, in words to show."),
        retryable=yes_no("Whether retryTrack may help."),
    ),
    "Track": structure("A song that was uploaded, and how far its separation is.", **_TRACK),
    "TrackDetail": structure("A track, with what is told once it is ready.", **_TRACK, **_TOLD),
    "JobProgress": structure(
        "How far a separation is.",
        percent=number("Committed samples of all; never 100 before the track is ready.", minimum=0, maximum=100),
        eta_s=or_null(seconds("Seconds until it is ready, as the speed so far has it; null while unknown.")),
        jobs_ahead=count("Songs that wait before this one."),
    ),
    "ListedTrack": structure("A track, and how far it is.", **_TRACK, progress=_PROGRESS),
    "TrackPage": structure(
        "Some of the tracks.",
        tracks=list_of("ListedTrack", "At most as many as were asked for."),
        next_cursor=or_null(text("`cursor` of the next page; null on the last.")),
        total=count("How many there are in all that were asked for, on whichever page."),
    ),
    "TracksNow": structure("Tracks as they are now.", tracks=list_of("ListedTrack", "Those there are, newest first.")),
    "TagCount": structure(
        "A tag, and how often it is used.",
        tag=text("The tag, as it is written."),
        tracks=count("How many tracks have it."),
    ),
    "TagList": structure(
        "Tags.", tags=list_of("TagCount", "Each once, at most 1,000: those of the most tracks first.")
    ),
    "SegmentStem": structure(
        "One stem of a segment.",
        stem=text("Its name, as it stands in the segment's path."),
        size_bytes=count("Size of its FLAC file in bytes."),
        peaks=text(
            "The waveform: of each 1,024 samples the largest, 0 to 255, a byte each, in base64.",
            contentEncoding="base64",
        ),
    ),
    "Segment": structure(
        "Some seconds of a song, the same samples in every stem.",
        index=count("Its number, from 0 on, without gaps."),
        first_sample=count("Where it begins: samples per channel from the song's start."),
        length_samples=count("How long it is, in samples per channel."),
        stems=list_of("SegmentStem", "Every stem of the track, once."),
    ),
    "Manifest": structure(
        "What of a track can be played so far.",
        track=of("Track"),
        segments=_SEGMENTS,
        **_TOLD,
    ),
    "TrackProgress": structure(
        "How far a track is: the data of each `progress` event.",
        state=of("TrackState"),
        percent=number("Committed samples of all; 100 means ready and nothing else does.", minimum=0, maximum=100),
        playable_s=seconds("Seconds that can be played from the start."),
        duration_s=or_null(seconds("Length in seconds; null while unknown.")),
        eta_s=or_null(seconds("Seconds until it is ready, as the speed so far has it; null while unknown.")),
        jobs_ahead=count("Songs that wait before this one."),
        segments=count("Segments of each stem that can be played."),
        warnings=texts("As the track has them."),
        remarks=list_of("Remark", "As the track has them."),
        failure=or_null(of("Failure"), "Why it failed; null unless it did."),
    ),
    "Mix": structure(
        "A mix that can be downloaded.",
        url=text("Path and query to GET it from, with the same sign-in."),
        file_name=text("The name that its download carries."),
        media_type=text("Its media type, for example audio/flac."),
        size_bytes=or_null(count("Its size in bytes; null when only making the file tells.")),
    ),
    "Share": structure("A link, as its maker sees it.", **_SHARE),
    "NewShare": structure(
        "A link that was just made.",
        **_SHARE,
        token=text("Whoever holds it may play the track. Told here and never again: keep it, or make another link."),
        path=text("Path of the page that plays it; the token is in its fragment, which no server sees."),
    ),
    "Shares": structure("A track's links.", shares=list_of("Share", "Those that work, newest first.")),
    "SharedTrack": structure("What a guest is told of a track.", **{name: _TRACK[name] for name in SHARED_MEMBERS}),
    "OpenedShare": structure(
        "What a link opens.", track=of("SharedTrack"), view=_VIEW, expires_at=moment("When the link ends.")
    ),
    "SharedManifest": structure(
        "What of a link's track can be played so far.",
        track=of("SharedTrack"),
        segments=_SEGMENTS,
        analysis=_TOLD["analysis"],
    ),
}
