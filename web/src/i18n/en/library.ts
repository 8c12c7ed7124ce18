import { counted } from "$/i18n/counting";

export const library = {
  title: "Your tracks",
  list: "Tracks",
  arrived: (title: string): string => `${title} is uploaded.`,

  drop: {
    call: "Drop songs here",
    choose: "Choose songs",
    folder: "Choose a folder",
    input: "Songs to upload",
    folderInput: "Folder of songs to upload",
    hint: "FLAC, WAV, MP3, OGG, M4A and more. Uploads are deleted once the stems are made.",
    over: "Let go to upload",
    leftOut: (count: number): string =>
      count === 1
        ? "1 file is no audio and was left out. Songs come as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA."
        : `${count} files are no audio and were left out. Songs come as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA.`,
    nothing: "There is no song in what you gave. Choose songs as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA.",
    unreadable: "The folder cannot be read. Choose its songs one by one.",
  },

  uploads: {
    title: "Uploads",
    of: (name: string): string => `Upload of ${name}`,
    sum: (done: number, songs: number, percent: number): string => `${done} of ${songs} uploaded · ${percent} %`,
    more: (count: number): string => `${counted(count, "more waits", "more wait")} for their turn.`,
    showAll: "Show all",
    showFewer: "Show fewer",
    cancelAll: "Cancel all uploads",
    cancel: "Cancel",
    cancelNamed: (name: string): string => `Cancel upload of ${name}`,
    again: "Try again",
    againNamed: (name: string): string => `Try again to upload ${name}`,
    remove: "Remove",
    removeNamed: (name: string): string => `Remove ${name}`,
    forget: "Forget",
    forgetNamed: (name: string): string => `Forget ${name}`,
    waiting: (size: string): string => `Waiting · ${size}`,
    sending: (percent: number, size: string): string => `Uploading ${percent} % of ${size}`,
    serverAway: (percent: number): string => `Waiting at ${percent} % for the server. It goes on by itself.`,
    checking: "Looking at the song…",
    stopped: (percent: number, why: string): string => `Stopped at ${percent} %. ${why}`,
    interrupted: "Interrupted. Choose or drop the same file again to go on with it.",
    interruptedAt: (percent: number): string =>
      `Interrupted at ${percent} %. Choose or drop the same file again to go on with it.`,
    empty: "This file is empty. Choose another file.",
    unreadable: "This file was moved or changed while it was sent. Choose it again to go on.",
    elsewhere: "Another tab is uploading this file. Let it finish there.",
  },

  tools: {
    label: "Find tracks",
    search: "Search",
    searchHint: "Title or artist",
    clear: "Clear the search",
    sort: "Sort",
    sorts: { newest: "Newest first", title: "By title", artist: "By artist", length: "Shortest first" },
    tag: "Tag",
    everyTag: "All tags",
    found: (count: number, isAll: boolean): string =>
      isAll ? `${counted(count, "track", "tracks")} found` : `More than ${count} tracks found`,
  },

  states: {
    loading: "Loading your tracks…",
    emptyTitle: "No tracks yet",
    empty: "Your first song appears here. It takes three steps:",
    steps: [
      "Upload a song, or a whole album.",
      "Press play as soon as its first seconds are separated; the rest follows while you listen.",
      "Practise, mix and download the stems: they add up to your song, sample for sample.",
    ],
    noneTitle: "No track fits",
    none: "No title or artist holds these words. Use fewer words, or look at all tracks.",
    showAll: "Show all tracks",
    failedTitle: "Your tracks did not come",
    offlineTitle: "You are offline",
    offline: "Your tracks are shown again when the connection is back. Songs that you drop now wait for it.",
    loadingMore: "Loading more tracks…",
    moreFailed: (why: string): string => `More tracks did not come. ${why}`,
  },

  row: {
    open: (title: string): string => `Open ${title}`,
    download: (title: string): string => `Download ${title}`,
    cancel: "Cancel",
    cancelNamed: (title: string): string => `Cancel ${title}`,
    retry: "Try again",
    retryNamed: (title: string): string => `Try again with ${title}`,
    menu: (title: string): string => `More for ${title}`,
    edit: "Edit",
    editNamed: (title: string): string => `Edit ${title}`,
    reason: "Show the reason",
    reasonNamed: (title: string): string => `Show the reason for ${title}`,
    keep: "Keep on this device",
    keepNamed: (title: string): string => `Keep ${title} on this device`,
    release: "Remove from this device",
    releaseNamed: (title: string): string => `Remove ${title} from this device`,
    kept: "Kept on this device",
    keeping: (percent: number): string => `Keeping ${percent} %`,
    delete: "Delete",
    deleteNamed: (title: string): string => `Delete ${title}`,
    progress: (title: string): string => `Separation of ${title}`,
    added: "Added",
    tempo: (bpm: string): string => `${bpm} BPM`,
    length: "Length",
    key: "Key",
    tags: "Tags",
  },

  status: {
    failed: (why: string): string => (why ? `Failed. ${why} Nothing was charged.` : "Failed. Nothing was charged."),
    cancelled: "Cancelled. Nothing was charged.",
    cancelledGone: "Cancelled. Nothing was charged. Upload the song again to separate it.",
    checking: "Looking at the song…",
    ahead: (count: number): string => `Waiting: ${counted(count, "song", "songs")} ahead of yours`,
    turn: "Waiting for its turn",
    starting: "Starting…",
    separating: (percent: number): string => `Separating ${percent} %`,
    left: (time: string): string => `${time} left`,
    playable: (time: string): string => `playable to ${time}`,
  },

  reason: {
    title: "Why it failed",
    charged: "Nothing was charged.",
    canRetry: "Trying again can help.",
    cannotRetry: "Trying again would fail again. Upload the song in another format, or another recording of it.",
  },

  edit: {
    title: "Edit track",
    name: "Title",
    artist: "Artist",
    tags: "Tags",
    tagsHint: "Separated by commas, such as: practice, slow, in D",
    tooManyTags: (most: number): string => `A track takes ${most} tags. Take some away.`,
    tagTooLong: (tag: string, most: number): string => `“${tag}” is too long: a tag has at most ${most} characters.`,
    save: "Save",
    needsTitle: "Give it a title.",
    saved: (title: string): string => `${title} is saved.`,
  },

  deletion: {
    pending: (title: string, life_s: number): string =>
      `“${title}” is off the list. You can undo this for ${life_s} seconds; then the song and its stems are erased at once, for good.`,
    undone: (title: string): string => `${title} is back.`,
    erased: (title: string): string => `Erased: “${title}” and all its stems.`,
    receipt: (title: string, moment: string): string =>
      `Erased: “${title}” and all its stems. Its upload was erased on ${moment}; the receipt is in your account, under Receipts.`,
    failed: (title: string, why: string): string => `“${title}” was not deleted and is back on the list. ${why}`,
  },

  usage: {
    label: "Minutes",
    used: (used: string, all: string): string => `${used} of ${all} min used`,
    none: (moment: string): string => `No minutes left until ${moment}.`,
    renews: (moment: string): string => `New minutes on ${moment}`,
    plan: "See plans",
  },
};
