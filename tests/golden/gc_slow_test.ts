import { collectWhilePinning, collectWhilePinningAgain } from "./gc_points.ts";

Deno.test("nix-collect-garbage -d at each moment of a validation's pin leaves golden whole", async () => {
  await collectWhilePinning(1);
});

Deno.test("a pin that was killed and one of another system after it never leave golden bare", async () => {
  await collectWhilePinningAgain(1);
});
