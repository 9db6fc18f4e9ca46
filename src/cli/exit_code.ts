/** The exit codes every program shares; docs/configuration.md and the unit files rely on them. */
export const ExitCode = {
  /** Done, nothing to do, or safely degraded (offline) with a warning. */
  done: 0,
  /** Failed, nothing lost. */
  failed: 1,
  /** Wrong usage or configuration; nothing was changed. */
  usage: 2,
  /** Needs a person: a conflict is parked, the state was refused, a secret was found. */
  needsPerson: 3,
  /** Applied, but units are degraded. */
  degraded: 4,
  /** Failed and rolled back. */
  rolledBack: 5,
  /** The rollback itself failed. */
  rollbackFailed: 6,
  /** A bug of ours. */
  bug: 70,
  /** Busy: another run holds the lock. */
  busy: 75,
  /** The terminal was lost: 128 + SIGHUP. */
  hungUp: 129,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
  /** Told to end: 128 + SIGTERM. */
  terminated: 143,
} as const;

/** One of the numbers of {@linkcode ExitCode}. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];
