/** A part of the demo, in a folder of its own. */
export interface Act {
  /** Tells the story while it is played; throws a {@linkcode BrokenClaim} when it goes wrong. */
  play(): Promise<void>;
  /** Tells where everything is, for whoever wants to look. */
  kept(): void;
  clean(): Promise<void>;
}
