import { describe, expect, it } from "vitest";
import { Settling } from "$/library/settling";
import { HandTimer } from "$/state/timer.fixture";

describe("what is asked while somebody types", () => {
  it("is asked once, the last of it, when the typing stops", () => {
    const timer = new HandTimer();
    const settling = new Settling(timer, 250);
    const asked: string[] = [];
    for (const text of ["n", "ni", "nig"]) {
      settling.ask(() => asked.push(text));
      timer.pass(200);
    }
    expect(asked).toEqual([]);
    timer.pass(50);
    expect(asked).toEqual(["nig"]);
  });

  it("is asked at once on Enter, and never after leaving", () => {
    const timer = new HandTimer();
    const settling = new Settling(timer, 250);
    const asked: string[] = [];
    settling.ask(() => asked.push("late"));
    settling.now(() => asked.push("now"));
    settling.ask(() => asked.push("left"));
    settling.stop();
    timer.pass(1000);
    expect(asked).toEqual(["now"]);
  });
});
