import { afterEach, describe, expect, it } from "vitest";
import type { Schemas, Track } from "$/api/client";
import { Problem } from "$/api/problem";
import { refusalText, remarksOn, textOf } from "$/api/words";
import { de } from "$/i18n/de/index";
import { en } from "$/i18n/en/index";
import { i18n } from "$/i18n/i18n.svelte";
import type { Refusal } from "$/i18n/refusing";
import type { Remark } from "$/i18n/remarking";
import { madeTrack } from "$/state/track.fixture";

/** What answers only requests that no page of this build makes; OTHER is for words that this build cannot know. */
type Unmet =
  | "CLIENT_NAME_INVALID"
  | "DEVICE_PENDING"
  | "DEVICE_REFUSED"
  | "DEVICE_TOO_SOON"
  | "MALFORMED_HEADER"
  | "MALFORMED_HTTP"
  | "MALFORMED_JSON"
  | "MALFORMED_METADATA"
  | "MALFORMED_QUERY"
  | "METHOD_NOT_ALLOWED"
  | "NOT_JSON"
  | "OTHER"
  | "RANGE_INVALID"
  | "RANGE_OUTSIDE"
  | "SCOPE_MISSING"
  | "SESSION_REQUIRED"
  | "TUS_VERSION"
  | "WEBHOOK_REFUSED"
  | "WEBHOOK_UNKNOWN"
  | "WEBHOOK_UNREADABLE"
  | "WRONG_CONTENT_TYPE";

// Does not compile while a word of the gateway's document has none here.
const met: Record<Exclude<Schemas["Problem"]["reason"], Unmet>, Refusal> = en.refusals;

// Does not compile while a word of a worker's remarks has none here.
const remarked: Record<Exclude<Schemas["RemarkCode"], "OTHER">, Remark> = en.remarks;

/** Why a separation fails: services/separation/app/run_job.py, its domain/job.py, and services/library/domain/track.py. */
const FAILURES = [
  ...["DAMAGED", "GAVE_UP", "MODEL_CHANGED", "NOT_AUDIO", "NO_AUDIO_STREAM", "SEPARATION_FAILED", "TOO_LONG"],
  ...["TOO_SHORT", "UNSUPPORTED_CHANNELS", "UNSUPPORTED_RATE", "UPLOAD_DEADLINE", "UPLOAD_GONE"],
];

const FACTS = { seconds: "181", left_s: "119", renews_at: "2030-06-01T12:00:00+00:00", bytes_max: "2000000000" };

function speak(locale: "en" | "de"): void {
  i18n.locale = locale;
  i18n.m = locale === "de" ? de : en;
}

afterEach(() => speak("en"));

describe.each(["en", "de"] as const)("a refusal in %s", (locale) => {
  it.each(Object.keys(met))("has words for %s, whether figures come with it or not", (reason) => {
    speak(locale);
    for (const facts of [{}, FACTS]) {
      expect(refusalText(reason, "As the server tells it.", facts)).toMatch(/^[\p{L}\d].*[.]$/u);
    }
  });
});

describe("a refusal", () => {
  it("is told in the page's language, and never in the server's where that is another", () => {
    speak("de");
    for (const reason of Object.keys(met)) {
      expect(refusalText(reason, "As the server tells it.")).not.toContain("server tells");
    }
  });

  it("is told so too of each reason for which a separation fails", () => {
    expect(FAILURES.filter((reason) => !Object.hasOwn(en.refusals, reason))).toEqual([]);
  });

  it("is told as the server tells it where its word is not known", () => {
    speak("de");
    expect(refusalText("OTHER", "Something new.")).toBe("Something new.");
    expect(refusalText("toString", "Something new.")).toBe("Something new.");
  });

  it("tells the figures that came with it, needs rounded up and what is left rounded down", () => {
    const told = { detail: "Too few.", reason: "MINUTES_EXHAUSTED", facts: FACTS };
    expect(textOf(new Problem(402, told))).toBe(
      "This song needs 4 minutes, and your plan has 1 minute left. New minutes come on June 1, 2030.",
    );
    speak("de");
    expect(textOf(new Problem(413, { reason: "UPLOAD_TOO_LARGE", facts: FACTS }))).toMatch(/Höchstens 2\sGB/);
  });

  it("tells the address under which the server is reached", () => {
    const detail = "StripSession is not reached by this name. Open https://stems.example.org:8443 instead.";
    for (const locale of ["en", "de"] as const) {
      speak(locale);
      expect(textOf(new Problem(421, { reason: "WRONG_ADDRESS", detail }))).toContain(
        " https://stems.example.org:8443 ",
      );
    }
    expect(refusalText("WRONG_ADDRESS", "Open http://127.0.0.1:8080/. Nothing else.")).toContain(
      " http://127.0.0.1:8080/ ",
    );
  });

  it("says what is wrong with a password in the page's language", () => {
    speak("de");
    const texts = ["short", "long", "regular", "personal", "known", "of a newer server"].map((fault) =>
      refusalText("WEAK_PASSWORD", "As the server tells it.", { fault }),
    );
    expect(new Set(texts).size).toBe(6);
    expect(texts.filter((text) => text.includes("server tells"))).toEqual([]);
  });

  it("shows no names that only a program knows", () => {
    expect(refusalText("INVALID_FIELD", "expires_in_s must be 3600 to 7776000.")).not.toContain("expires_in_s");
  });

  it("sends whoever has a spent link to the server's own people before it names a command", () => {
    expect(refusalText("LINK_SPENT", "")).toMatch(/Ask whoever runs this server.*`stripsession link`/);
    speak("de");
    expect(refusalText("LINK_SPENT", "")).toMatch(/wer diesen Server betreibt.*`stripsession link`/);
  });

  it("tells a server that cannot be reached from a part of it that is away", () => {
    expect(textOf(Problem.from(502, "<html>Bad Gateway</html>", null))).toBe(en.page.away);
    expect(textOf(Problem.from(403, "<html>Forbidden</html>", null))).toContain("(403)");
    expect(textOf(Problem.unreachable())).toBe("The server cannot be reached. Check the connection, then try again.");
    expect(textOf(new Problem(503, { reason: "UNREACHABLE" }))).toContain("A part of StripSession is away");
  });

  it("is no fault of the page, which has words of its own", () => {
    expect(textOf(new Error("undefined is not a function"))).toBe(en.page.broken);
  });
});

function remarkOn(code: string, facts: Record<string, string> = {}): string {
  const remark = { code: code as Schemas["RemarkCode"], text: "as the server tells it", facts };
  return remarksOn(madeTrack({ warnings: [remark.text], remarks: [remark] }))[0] ?? "";
}

describe.each(["en", "de"] as const)("a remark on a separation in %s", (locale) => {
  it.each(Object.keys(remarked))("has words for %s, for one of them and for many", (code) => {
    speak(locale);
    for (const count of ["1", "1200"]) {
      expect(remarkOn(code, { count, missing_s: "1.5", length_s: "196" })).toMatch(
        /^[\p{Lu}\d](?!.*(NaN|undefined)).*[.]$/u,
      );
    }
  });
});

describe("a remark on a separation", () => {
  it("has its figures as the page's language writes them", () => {
    speak("de");
    expect(remarkOn("ENDS_EARLY", { missing_s: "1.5" })).toBe("Der Song endet 1,5 s früher, als seine Datei angibt.");
    expect(remarkOn("CLIPPED_RARELY", { count: "1", length_s: "196" })).toBe(
      "1 Abtastwert war lauter, als das Format der Datei fasst, und wurde abgeschnitten. In 196 s Musik hört man das selten.",
    );
  });

  it("is told as the server tells it where its word is not known, or of before there were words", () => {
    speak("de");
    expect(remarkOn("OTHER")).toBe("as the server tells it");
    expect(remarkOn("toString")).toBe("as the server tells it");
    const { remarks: _, ...kept } = madeTrack({ warnings: ["of before"] });
    expect(remarksOn(kept as Track)).toEqual(["of before"]);
  });
});
