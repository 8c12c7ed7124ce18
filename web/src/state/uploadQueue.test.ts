import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { settled } from "$/settled.fixture";
import { FileUnreadable } from "$/state/tusSending";
import {
  arrived,
  beginAnew,
  created,
  discarded,
  file,
  held,
  key,
  network,
  now,
  queue,
  remembered,
  sendings,
  shelf,
  song,
  states,
  timer,
  world,
} from "$/state/uploadQueue.fixture";

beforeEach(beginAnew);

describe("songs on their way in", () => {
  it("are sent one at a time, each becomes a track, and leaves the queue", async () => {
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav sending", "b.wav waiting"]);
    now().told.onPath("/v1/uploads/upl_1");
    expect(remembered.pathOf(key("a.wav"))).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created).toEqual(["upl_1"]);
    expect(arrived).toEqual(["Song of upl_1"]);
    expect(remembered.all.map(({ name }) => name)).toEqual(["b.wav"]);
    expect(states()).toEqual(["b.wav sending"]);
    now().end("/v1/uploads/upl_2");
    await settled();
    expect(queue.songs).toEqual([]);
    expect(queue.isBusy).toBe(false);
  });

  it("tell how much of all is sent", async () => {
    queue.add([file("a.wav", 1000), file("b.wav", 3000)]);
    await settled();
    now().told.onProgress(500);
    expect(song("a.wav").percent).toBe(50);
    expect(queue.summary).toEqual({ songs: 2, done: 0, percent: 12 });
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(queue.summary).toEqual({ songs: 2, done: 1, percent: 25 });
  });

  it("are known again, and not sent twice", async () => {
    queue.add([file("a.wav")]);
    queue.add([file("a.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav sending"]);
    expect(sendings).toHaveLength(1);
  });

  it("say that an empty file is empty, and send it never", async () => {
    queue.add([file("empty.wav", 0)]);
    await settled();
    expect(states()).toEqual(["empty.wav refused"]);
    expect(song("empty.wav").canGoOn).toBe(false);
    expect(sendings).toEqual([]);
  });

  it("stop when the server cannot be reached, go on when asked, and by themselves with the network", async () => {
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().fail(Problem.unreachable());
    await settled();
    expect(states()).toEqual(["a.wav stopped", "b.wav sending"]);
    now().end("/v1/uploads/upl_2");
    await settled();
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBe("/v1/uploads/upl_1");
    now().fail(Problem.unreachable());
    await settled();
    queue.againAfterLoss();
    await settled();
    expect(states()).toEqual(["a.wav sending"]);
  });

  it("are refused for good where the file itself is, and erased on the server", async () => {
    queue.add([file("cat.mp3")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().fail(new Problem(422, { detail: "This is a picture." }));
    await settled();
    expect(song("cat.mp3").canGoOn).toBe(false);
    expect(shelf.size).toBe(0);
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
    queue.add([file("cat.mp3")]);
    await settled();
    expect(states()).toEqual(["cat.mp3 refused"]);
  });

  it("keep what was sent where only the minutes are missing", async () => {
    world.onCreate = () => {
      throw new Problem(402, { detail: "No minutes are left." });
    };
    queue.add([file("a.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(states()).toEqual(["a.wav refused"]);
    world.onCreate = () => undefined;
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created).toEqual(["upl_1", "upl_1"]);
  });

  it("begin from nothing where the upload is gone", async () => {
    world.onCreate = () => {
      throw new Problem(410, { detail: "The uploaded file has been erased." });
    };
    queue.add([file("a.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(states()).toEqual(["a.wav stopped"]);
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBeNull();
  });

  it("take a file again that was moved while it was sent", async () => {
    queue.add([file("a.wav")]);
    await settled();
    now().fail(new FileUnreadable());
    await settled();
    expect(song("a.wav").canGoOn).toBe(false);
    const fresh = file("a.wav");
    queue.add([fresh]);
    await settled();
    expect(now().file).toBe(fresh);
    expect(states()).toEqual(["a.wav sending"]);
  });

  it("are given up with what the server has of them, and the next begins", async () => {
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    await queue.cancel(song("a.wav"));
    await settled();
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
    expect(remembered.all.map(({ name }) => name)).toEqual(["b.wav"]);
    expect(states()).toEqual(["b.wav sending"]);
    await queue.cancelAll();
    await settled();
    expect(queue.songs).toEqual([]);
    expect(created).toEqual([]);
  });

  it("are left to the other tab that sends them", async () => {
    held.add(key("a.wav"));
    queue.add([file("a.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav stopped"]);
    expect(song("a.wav").canGoOn).toBe(true);
    // Removed here it goes on there.
    shelf.set(key("a.wav"), "/v1/uploads/upl_1");
    await queue.cancel(song("a.wav"));
    expect(discarded).toEqual([]);
    expect(shelf.size).toBe(1);
  });

  it("take the model that was chosen when they were given, each its own", async () => {
    world.model = "sextet";
    queue.add([file("a.wav")]);
    world.model = "duo";
    queue.add([file("b.wav")]);
    for (const upload of ["upl_1", "upl_2"]) {
      await settled();
      now().end(`/v1/uploads/${upload}`);
    }
    await settled();
    expect(created).toEqual(["upl_1 by sextet", "upl_2 by duo"]);
  });

  it("are kept where only the model is refused, and tried again with the one that is chosen then", async () => {
    world.model = "sextet";
    world.onCreate = () => {
      throw new Problem(422, { reason: "MODEL_NOT_IN_PLAN" });
    };
    queue.add([file("a.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(states()).toEqual(["a.wav refused"]);
    expect(discarded).toEqual([]);
    world.onCreate = () => undefined;
    world.model = null;
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created.at(-1)).toBe("upl_1");
  });

  it("that are sent wait for a server that is away as long as it takes", async () => {
    world.onCreate = () => {
      throw new Problem(503, {});
    };
    queue.add([file("a.wav")]);
    await settled();
    now().end("/v1/uploads/upl_1");
    await settled();
    expect([song("a.wav").state, song("a.wav").isWaiting]).toEqual(["checking", true]);
    for (let tries = 0; tries < 20; tries += 1) {
      timer.pass(30_000);
      await settled();
    }
    expect([song("a.wav").state, song("a.wav").isWaiting]).toEqual(["checking", true]);
    world.onCreate = () => undefined;
    network.dispatchEvent(new Event("online"));
    await settled();
    expect(arrived).toEqual(["Song of upl_1"]);
    expect(timer.isIdle).toBe(true);
  });

  it("that wait for the server can be given up", async () => {
    world.onCreate = () => {
      throw Problem.unreachable();
    };
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    now().end("/v1/uploads/upl_1");
    await settled();
    await queue.cancel(song("a.wav"));
    await settled();
    expect(states()).toEqual(["b.wav sending"]);
    expect(timer.isIdle).toBe(true);
  });

  it("are tried again all at once", async () => {
    queue.add([file("a.wav"), file("b.wav"), file("empty.wav", 0)]);
    for (let at = 0; at < 2; at += 1) {
      await settled();
      now().fail(new Problem(500, {}));
    }
    await settled();
    expect(states()).toEqual(["a.wav stopped", "b.wav stopped", "empty.wav refused"]);
    queue.againAll();
    await settled();
    expect(states()).toEqual(["a.wav sending", "b.wav waiting", "empty.wav refused"]);
  });

  it("tell how long they take once that is known, and nothing while they stand", async () => {
    queue.add([file("a.wav", 1000), file("b.wav", 1000)]);
    await settled();
    now().told.onProgress(0);
    for (const sent_bytes of [100, 200, 300]) {
      expect(song("a.wav").left_s).toBeNull();
      timer.pass(1000);
      now().told.onProgress(sent_bytes);
    }
    expect(song("a.wav").left_s).toBeCloseTo(7);
    expect(queue.left_s).toBeCloseTo(17);
    timer.pass(10_000);
    expect([song("a.wav").left_s, queue.left_s]).toEqual([null, null]);
    now().told.onProgress(400);
    now().told.onWaiting(true);
    expect(queue.left_s).toBeNull();
  });
});
