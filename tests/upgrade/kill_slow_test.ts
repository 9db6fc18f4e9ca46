import { killAt, moments } from "./kill_moments.ts";

for (const when of Object.keys(moments)) {
  for (const side of ["before", "after"] as const) {
    Deno.test(`killed ${when}, ${side} the program`, () => killAt(when, side));
  }
}
