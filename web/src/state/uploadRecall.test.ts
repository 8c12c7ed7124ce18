import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { settled } from "$/settled.fixture";
import type { FileHandle } from "$/state/keptHandles";
import {
  beginAnew,
  created,
  discarded,
  file,
  handles,
  held,
  key,
  now,
  queue,
  remembered,
  sendings,
  shelf,
  song,
  states,
  stored,
  tabs,
  world,
} from "$/state/uploadQueue.fixture";

describe("uploads of an earlier visit", () => {
  beforeEach(() => {
    beginAnew();
    shelf.set(key("a.wav"), "/v1/uploads/upl_1");
    stored.set("/v1/uploads/upl_1", { offset_bytes: 430, length_bytes: 1000 });
  });

  it("are shown with how far they came, and go on with the same file", async () => {
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted"]);
    expect(song("a.wav").percent).toBe(43);
    expect(queue.isBusy).toBe(false);
    queue.add([file("a.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav sending"]);
    expect(now().path).toBe("/v1/uploads/upl_1");
  });

  it("need no file where all of it had arrived", async () => {
    stored.set("/v1/uploads/upl_1", { offset_bytes: 1000, length_bytes: 1000 });
    await queue.recall();
    expect(created).toEqual(["upl_1"]);
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(0);
  });

  it("are left alone once they are given up, or their person has gone, while others are gone on with", async () => {
    const whole = { offset_bytes: 1000, length_bytes: 1000 };
    stored.set("/v1/uploads/upl_1", whole);
    remembered.remember(key("b.wav"), { path: "/v1/uploads/upl_2", tab: "gone" });
    remembered.remember(key("c.wav"), { path: "/v1/uploads/upl_3", tab: "gone" });
    stored.set("/v1/uploads/upl_2", whole).set("/v1/uploads/upl_3", whole);
    world.onCreate = () => void (created.length === 1 ? queue.cancel(song("b.wav")) : queue.stop());
    await queue.recall();
    expect(created).toEqual(["upl_1", "upl_3"]);
    expect([...shelf.keys()]).toEqual([key("c.wav")]);
    expect([discarded, queue.songs]).toEqual([["/v1/uploads/upl_2"], []]);
  });

  it("are not shown where their person has gone before the server answers", async () => {
    const recalling = queue.recall();
    queue.stop();
    await recalling;
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(1);
  });

  it("of which one was given up while the server refused it are remembered no more", async () => {
    stored.set("/v1/uploads/upl_1", { offset_bytes: 1000, length_bytes: 1000 });
    world.onCreate = () => {
      queue.songs = [];
      throw new Problem(410, {});
    };
    const remember = vi.spyOn(remembered, "remember");
    await queue.recall();
    expect(remember).not.toHaveBeenCalled();
  });

  it("are forgotten where the server has them no more", async () => {
    stored.clear();
    await queue.recall();
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(0);
  });

  it("are shown once however often they are recalled, and never while another tab sends them", async () => {
    held.add(key("a.wav"));
    await queue.recall();
    expect(queue.songs).toEqual([]);
    held.clear();
    await Promise.all([queue.recall(), queue.recall()]);
    expect(queue.songs).toHaveLength(1);
  });

  it("are erased when they are forgotten", async () => {
    await queue.recall();
    await queue.cancel(song("a.wav"));
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
    expect(shelf.size).toBe(0);
  });

  it("leave nothing after the sign-out, and stay for the next sign-in after a lost session", async () => {
    queue.add([file("b.wav")]);
    await settled();
    queue.stop();
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(2);
    handles.set(key("b.wav"), made("b.wav"));
    await queue.forgetAll();
    expect([shelf.size, handles.size]).toEqual([0, 0]);
    await settled();
    expect(queue.isBusy).toBe(false);
  });

  it("that had still to wait are shown as well", async () => {
    queue.add([file("b.wav"), file("c.wav")]);
    await settled();
    queue.stop();
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted", "c.wav interrupted"]);
    expect(song("c.wav").percent).toBe(0);
    queue.add([file("c.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted", "c.wav sending"]);
  });

  it("are another tab's as long as that is there, also those that wait in it", async () => {
    tabs.add("other");
    remembered.remember(key("b.wav"), { tab: "other" });
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted"]);
    tabs.delete("other");
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted"]);
  });

  it("keep the model that was chosen for them", async () => {
    remembered.remember(key("b.wav"), { model: "sextet", tab: "gone" });
    await queue.recall();
    world.model = "duo";
    queue.add([file("b.wav")]);
    await settled();
    now().end("/v1/uploads/upl_2");
    await settled();
    expect(created).toEqual(["upl_2 by sextet"]);
  });

  it("begin anew with the same file where all of it had arrived and the upload is gone", async () => {
    stored.set("/v1/uploads/upl_1", { offset_bytes: 1000, length_bytes: 1000 });
    world.onCreate = () => {
      throw new Problem(410, {});
    };
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted"]);
    queue.add([file("a.wav")]);
    await settled();
    expect(now().path).toBeNull();
  });

  it("are all forgotten at once when asked", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    await queue.recall();
    await queue.forgetInterrupted();
    expect([queue.songs.length, shelf.size]).toEqual([0, 0]);
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
  });

  /** A file where the browser knows it; what it answers to being asked for it. */
  function made(name: string, answer: PermissionState = "granted", bytes = 1000): FileHandle {
    const asked = vi.fn(async () => answer);
    return { requestPermission: asked, getFile: async () => file(name, bytes) } as unknown as FileHandle;
  }

  it("go on with one click where the browser knows their files", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    handles.set(key("a.wav"), made("a.wav"));
    handles.set(key("b.wav"), made("b.wav"));
    await queue.recall();
    expect(queue.songs.map(({ canReopen }) => canReopen)).toEqual([true, true]);
    await queue.goOn();
    await settled();
    expect(states()).toEqual(["a.wav sending", "b.wav waiting"]);
    now().end("/v1/uploads/upl_1");
    await settled();
    expect([...handles.keys()]).toEqual([key("b.wav")]);
  });

  it("ask no second time for files that may not be read, and can still be chosen", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    const second = made("b.wav");
    handles.set(key("a.wav"), made("a.wav", "denied"));
    handles.set(key("b.wav"), second);
    await queue.recall();
    await queue.goOn();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted"]);
    expect(second.requestPermission).not.toHaveBeenCalled();
    queue.add([file("a.wav")]);
    await settled();
    expect(states()[0]).toBe("a.wav sending");
  });

  it("go on without the one whose file is there no more, which is asked for no second time", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    remembered.remember(key("c.wav"), { tab: "gone" });
    const moved = { getFile: () => Promise.reject(new DOMException("", "NotFoundError")) } as unknown as FileHandle;
    handles.set(key("a.wav"), moved);
    handles.set(key("b.wav"), made("b.wav"));
    handles.set(key("c.wav"), made("c.wav"));
    await queue.recall();
    await queue.goOn();
    await settled();
    expect(states()).toEqual(["a.wav interrupted", "b.wav sending", "c.wav waiting"]);
    expect(song("a.wav").canReopen).toBe(false);
    expect([...handles.keys()]).toEqual([key("b.wav"), key("c.wav")]);
  });

  it("are not gone on with where they were given up while the browser asked", async () => {
    handles.set(key("a.wav"), made("a.wav"));
    await queue.recall();
    const going = queue.goOn();
    await queue.cancel(song("a.wav"));
    await going;
    expect([shelf.size, sendings]).toEqual([0, []]);
  });

  it("are not gone on with where the file is another one meanwhile", async () => {
    handles.set(key("a.wav"), made("a.wav", "granted", 77));
    await queue.recall();
    await queue.goOn();
    await settled();
    expect(states()).toEqual(["a.wav interrupted"]);
    expect(song("a.wav").canReopen).toBe(false);
    expect(sendings).toEqual([]);
  });

  it("keep what the browser gave to find a file again, until they are done", async () => {
    const given = file("b.wav");
    queue.add([given], new Map([[given, made("b.wav")]]));
    await settled();
    expect([...handles.keys()]).toEqual([key("b.wav")]);
    now().end("/v1/uploads/upl_2");
    await settled();
    expect(handles.size).toBe(0);
  });
});
