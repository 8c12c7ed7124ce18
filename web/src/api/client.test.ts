import { expect, it } from "vitest";
import { told } from "$/api/client";
import { Problem } from "$/api/problem";

it("takes a body that breaks off for a server that cannot be reached", async () => {
  const broken = new ReadableStream({ pull: (stream) => stream.error(new TypeError("network error")) });
  const answer = new Response(broken).arrayBuffer().then((data) => ({ data }));
  await expect(told(answer)).rejects.toMatchObject({ status: 0, reason: "UNREACHABLE" });
});

it("passes on what whoever asked has ended", async () => {
  const ended = new DOMException("left", "AbortError");
  await expect(told(Promise.reject(ended))).rejects.toBe(ended);
});

it("has the status alone of a refusal whose text breaks off", async () => {
  const broken = new ReadableStream({ pull: (stream) => stream.error(new TypeError("network error")) });
  expect(await Problem.of(new Response(broken, { status: 503 }))).toMatchObject({ status: 503, reason: "" });
});
