import * as v from "valibot";
import type { ParsedState } from "../cli/parse_state.ts";
import { parseState } from "../cli/schema_state.ts";

/** What a migration that is under way needs to be taken back. */
export interface Journal {
  readonly version: 1;
  readonly source: string;
  /** The files of the source, as they were and as they are to be, in the order they are written. */
  readonly files: readonly {
    readonly path: string;
    readonly mode: number;
    readonly text: string;
    readonly after: string;
  }[];
  /** A file that was not there before. */
  readonly made: string;
}

const path = v.pipe(v.string(), v.regex(/^[^\0]+$/));
const schema = v.strictObject({
  version: v.literal(1),
  source: v.pipe(path, v.startsWith("/")),
  files: v.array(v.strictObject({
    path: v.pipe(path, v.check((each) => !each.startsWith("/") && !each.split("/").includes(".."))),
    mode: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o777)),
    text: v.string(),
    after: v.string(),
  })),
  made: v.pipe(path, v.startsWith("/")),
});

/** Reads a journal; its schema's words never quote what is in it. */
export function parseJournal(text: string): ParsedState<Journal> {
  const parsed = parseState(schema, text);
  return parsed.kind === "valid" ? parsed : { kind: "corrupt", reason: "it is no journal" };
}
