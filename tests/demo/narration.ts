/** How the demo speaks: plain lines, a little colour on a terminal. */

const coloured = Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR");

/** The columns that fit everywhere. */
export const width = 80;

/** The name of an act. */
export function title(text: string): void {
  console.log(`\n${bold(text)}\n${bold("=".repeat(text.length))}\n`);
}

/** The name of a scene. */
export function heading(text: string): void {
  console.log(`\n${bold(text)}\n`);
}

/** A sentence to the audience. */
export function note(text: string): void {
  console.log(text);
}

/** Lines as they are, set in. */
export function print(lines: readonly string[]): void {
  for (const line of lines) console.log(`  ${line}`);
}

/** A claim that was checked. */
export function holds(claim: string): void {
  console.log(`  ${paint("32", "ok")}  ${claim}`);
}

/** A claim that turned out to be wrong. */
export function broken(claim: string): void {
  console.error(`\n${paint("31", "error")}: this does not hold: ${claim}`);
}

/** What somebody did: who, what, and what came of it, which is wrapped to the width. */
export function tell(who: string, what: string, answer: readonly string[] = [], room = 9): void {
  const lead = `  ${paint("36", who.padEnd(room))}`;
  const [only] = answer;
  const column = Math.max(what.length, 22);
  if (answer.length === 1 && only !== undefined && 4 + room + column + only.length <= width) {
    console.log(`${lead}${what.padEnd(column)}  ${dim(only)}`);
    return;
  }
  console.log(`${lead}${what}`);
  for (const line of answer.flatMap((each) => wrapped(each, width - room - 4))) {
    console.log(`${" ".repeat(room + 4)}${dim(line)}`);
  }
}

/** A text in a colour, by its number in SGR. */
export function paint(colour: string, text: string): string {
  return coloured ? `\x1b[${colour}m${text}\x1b[0m` : text;
}

function bold(text: string): string {
  return paint("1", text);
}

function dim(text: string): string {
  return paint("2", text);
}

/** A line in pieces that fit, each further one set in a little. */
function wrapped(line: string, room: number): string[] {
  if (line.length <= room) return [line];
  const cut = line.lastIndexOf(" ", room);
  const end = cut > room / 2 ? cut : room;
  return [line.slice(0, end), ...wrapped(`  ${line.slice(end).trim()}`, room)];
}
