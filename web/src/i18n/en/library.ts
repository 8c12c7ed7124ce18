import { counted, plural } from "$/i18n/counting";

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
    model: "Separate with",
    over: "Let go to upload",
    leftOut: (count: number): string =>
      count === 1
        ? "1 file is no audio and was left out. Songs come as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA."
        : `${count} files are no audio and were left out. Songs come as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA.`,
    nothing: "There is no song in what you gave. Choose songs as FLAC, WAV, MP3, OGG, M4A, AIFF or WMA.",
    unreadable: "What you gave cannot be read. Choose the songs one by one.",
    someUnreadable: (count: number): string =>
      `${counted(count, "file or folder", "files or folders")} could not be read and ${plural(count, "was", "were")} left out.`,
    reading: (files: number): string => (files ? `Reading the folder: ${files} files so far…` : "Reading the folder…"),
    taken: (count: number): string => `${counted(count, "song is", "songs are")} being uploaded.`,
    seeTaken: "See the uploads",
  },

  uploads: {
    title: "Uploads",
    of: (name: string): string => `Upload of ${name}`,
    sum: (done: number, songs: number, percent: number): string => `${done} of ${songs} uploaded · ${percent} %`,
    stoppedAll: (count: number): string => `${count} songs did not arrive.`,
    againAll: "Try all again",
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
    waiting: (place: number, size: string): string =>
      place === 1 ? `Waiting, next in line · ${size}` : `Waiting, number ${place} in line · ${size}`,
    sending: (percent: number, size: string): string => `Uploading ${percent} % of ${size}`,
    serverAway: (percent: number): string => `Waiting at ${percent} % for the server. It goes on by itself.`,
    serverAwaySent: "All of it is sent. Waiting for the server; it goes on by itself.",
    checking: "Looking at the song…",
    stopped: (percent: number, why: string): string => `Stopped at ${percent} %. ${why}`,
    interrupted: "Interrupted before it began.",
    interruptedAt: (percent: number): string => `Interrupted at ${percent} %.`,
    giveAgain: "Choose or drop the same file again to go on with it.",
    interruptedAll: (count: number): string =>
      `${counted(count, "song was", "songs were")} interrupted when this page was left.`,
    goOn: "Go on",
    chooseAgain: "Choose the files again",
    forgetAll: "Forget them",
    moreInterrupted: (count: number): string => `${counted(count, "more was", "more were")} interrupted.`,
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
    notReady: "Files can be downloaded once all stems are made.",
    notMade: "There is nothing to download: this song was not separated to its end.",
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
    keepNamed: (title: string): string => `Keep on this device: ${title}`,
    release: "Remove from this device",
    releaseNamed: (title: string): string => `Remove from this device: ${title}`,
    kept: "Kept on this device",
    noRoom: (title: string): string =>
      `There is no room for “${title}” on this device. Remove another track from it, or make room, then try again.`,
    keeping: (percent: number): string => `Keeping ${percent} %`,
    delete: "Delete",
    deleteNamed: (title: string): string => `Delete ${title}`,
    progress: (title: string): string => `Separation of ${title}`,
    added: "Added",
    tempo: (bpm: string): string => `${bpm} BPM`,
    length: "Length",
    key: "Key",
    tags: "Tags",
    moreTags: (count: number): string => `+${count}`,
    moreTagsNamed: (tags: string): string => `and ${tags}`,
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

  facts: {
    model: "Model",
    upload: "Upload",
    uploadHeld: (moment: string): string =>
      `Still kept, sealed. It is erased when the stems are made, on ${moment} at the latest.`,
    uploadErased: (moment: string): string => `Erased on ${moment}`,
    uploadGone: "Not kept any more",
  },

  deletion: {
    pending: (title: string, life_s: number, keys: string): string =>
      `“${title}” is off the list. You can undo this for ${life_s} seconds${keys && ` (${keys})`}, as long as you stay on this page; then the song and its stems are erased at once, for good.`,
    undone: (title: string): string => `${title} is back.`,
    erased: (title: string): string => `Erased: “${title}” and all its stems.`,
    receipt: (title: string, moment: string): string =>
      `Erased: “${title}” and all its stems. Its upload was erased on ${moment}.`,
    receipts: "Show the receipt",
    postponed: (title: string): string =>
      `“${title}” is not erased yet: the server cannot be reached. It is erased as soon as the server is back.`,
    failed: (title: string, why: string): string => `“${title}” was not deleted and is back on the list. ${why}`,
  },

  usage: {
    label: "Minutes",
    planLabel: "Plan:",
    used: (used: string, all: string): string => `${used} of ${all} min used`,
    none: (moment: string): string => `No minutes left until ${moment}.`,
    renews: (moment: string): string => `New minutes on ${moment}`,
    plan: "See plans",
  },
};
