/** Collects what jj no longer needs: `collect_program.ts SOURCE MILLISECONDS-SINCE-1970`. */
import { Jj } from "../../src/programs/jj.ts";

const [source = "", before] = Deno.args;
await new Jj(source, 10_000).collect(new Date(Number(before)));
Deno.exit(0);
