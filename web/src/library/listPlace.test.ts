import { beforeEach, describe, expect, it } from "vitest";
import { ListPlace } from "$/library/listPlace";
import { EVERYTHING } from "$/state/trackPages";

const query = { ...EVERYTHING };
let place: ListPlace;

beforeEach(() => {
  place = new ListPlace();
  place.scrolled(query, 4200);
});

describe("the place where a list was left", () => {
  it("is found again by whoever comes back to it", () => {
    expect(place.of(query)).toBe(4200);
  });

  it("is the head of what another question, or another person, is shown", () => {
    expect(place.of({ ...query })).toBe(0);
    const other = { ...query, text: "night" };
    place.scrolled(other, 10);
    expect(place.of(other)).toBe(10);
    expect(place.of(query)).toBe(0);
  });
});
