import { type LastSync, parseLastSync, parseStatusLine } from "../dotfiles/last_sync_state.ts";
import { type HomeState, parseHomeState } from "../dotfiles/home_state.ts";
import {
  findLock,
  findPath,
  findState,
  type Found,
  type LockFound,
  type PathFound,
} from "./found.ts";

/** What the state directory of one person's dotfiles holds. */
export interface DotfilesFacts {
  readonly place: string;
  readonly directory: PathFound["kind"];
  readonly last: Found<LastSync>;
  /** The same in short, for those who may not read it all; its time is that of the last look. */
  readonly status: ReturnType<typeof parseStatusLine> | Found<never>;
  readonly looked: string | undefined;
  readonly home: Found<HomeState>;
  readonly lock: LockFound;
}

/** Looks into a state directory of the dotfiles. */
export async function readDotfiles(place: string): Promise<DotfilesFacts> {
  const looked = findPath(`${place}/last-sync-status`);
  return {
    place,
    directory: findPath(place).kind,
    last: findState(`${place}/last-sync.json`, parseLastSync),
    status: findState(`${place}/last-sync-status`, parseStatusLine),
    looked: "modified" in looked ? looked.modified : undefined,
    home: findState(`${place}/home.json`, parseHomeState),
    lock: await findLock(`${place}/lock`),
  };
}
