import assert from "node:assert/strict";
import fc from "fast-check";
import { isoSeconds, now } from "../../src/host/clock.ts";

Deno.test("now lies between an instant before and one after", () => {
  const before = Date.now();
  const instant = now().getTime();
  assert(before <= instant && instant <= Date.now());
});

Deno.test("an instant is written in UTC with whole seconds and read back to the second", () => {
  const dates = fc.date({
    min: new Date("1970-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(dates, (instant) => {
    const written = isoSeconds(instant);
    assert.match(written, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(new Date(written).getTime(), Math.floor(instant.getTime() / 1000) * 1000);
  }));
});
