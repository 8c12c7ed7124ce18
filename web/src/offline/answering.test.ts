import { describe, expect, it } from "vitest";
import { ANSWERS, KEPT, roadOf } from "$/offline/answering";

const ORIGIN = "http://page.test";
const road = (path: string, method = "GET", mode = "cors") => roadOf({ method, mode, url: ORIGIN + path }, ORIGIN);

describe("what is answered without a network", () => {
  it("is the page, and the files that it is built of", () => {
    expect(road("/", "GET", "navigate").kind).toBe("page");
    expect(road("/?from=elsewhere", "GET", "navigate").kind).toBe("page");
    expect(road("/assets/index-abc.js").kind).toBe("shell");
  });

  it.each(["/v1/tracks/trk_1/stems/vocals.wav", "/v1/tracks/trk_1", "/v1/me", "/openapi.json", "/elsewhere"])(
    "is never the page in the place of %s, which a person opens",
    (path) => {
      expect(road(path, "GET", "navigate").kind).toBe("network");
    },
  );

  it("is who is signed in and the first of the tracks, as they were last told", () => {
    expect(road("/v1/me")).toEqual({ kind: "answer", cache: ANSWERS });
    expect(road("/v1/tracks?sort=title")).toEqual({ kind: "answer", cache: ANSWERS });
    expect(road("/v1/tracks?cursor=abc").kind).toBe("network");
  });

  it("is a track that is kept: what it is, its manifest and its segments", () => {
    expect(road("/v1/tracks/trk_1")).toEqual({ kind: "answer", cache: `${KEPT}trk_1` });
    expect(road("/v1/tracks/trk_1/manifest?from=0")).toEqual({ kind: "answer", cache: `${KEPT}trk_1` });
    expect(road("/v1/tracks/trk_1/segments/vocals/12")).toEqual({ kind: "segment", cache: `${KEPT}trk_1` });
  });

  it("is nothing that changes something, streams, or comes from elsewhere", () => {
    expect(road("/v1/tracks/trk_1", "DELETE").kind).toBe("network");
    expect(road("/v1/tracks/trk_1/events").kind).toBe("network");
    expect(road("/v1/tracks/trk_1/stems/vocals.wav").kind).toBe("network");
    expect(roadOf({ method: "GET", mode: "cors", url: "http://else.test/assets/a.js" }, ORIGIN).kind).toBe("network");
  });
});
