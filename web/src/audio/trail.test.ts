import { expect, test } from "vitest";
import { Trail } from "./trail";

test("what is heard follows what was fed, round loops and over run's borders, as far behind as it is told", () => {
  const trail = new Trail();
  trail.start(100);
  trail.push([{ sample: 100, length_samples: 30 }]);
  trail.push([{ sample: 50, length_samples: 40 }]);
  expect(trail.position).toBe(100);
  expect(trail.pass(trail.beyond(35), 90)).toEqual([
    { sample: 100, length_samples: 30 },
    { sample: 50, length_samples: 5 },
  ]);
  expect(trail.position).toBe(55);
  expect(trail.beyond(35)).toBe(0);
});

test("when all is heard, the place is where feeding goes on", () => {
  const trail = new Trail();
  trail.start(0);
  trail.push([{ sample: 0, length_samples: 10 }]);
  expect(trail.pass(99, 10)).toEqual([{ sample: 0, length_samples: 10 }]);
  expect(trail.isSpent).toBe(true);
  expect(trail.position).toBe(10);
});
