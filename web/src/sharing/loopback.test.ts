import { expect, test } from "vitest";
import { isLoopback } from "$/sharing/loopback";

test.each([
  "http://localhost:8080",
  "http://LOCALHOST",
  "http://app.localhost",
  "http://127.0.0.1",
  "http://127.9.0.3",
  "http://[::1]:8080",
])("a link to %s works on this machine alone", (address) => {
  expect(isLoopback(new URL(address).hostname)).toBe(true);
});

test.each([
  "https://stems.example",
  "http://192.168.1.20",
  "http://localhost.example",
  "http://mylocalhost",
  "http://[fd00::1]",
])("a link to %s may work elsewhere", (address) => {
  expect(isLoopback(new URL(address).hostname)).toBe(false);
});
