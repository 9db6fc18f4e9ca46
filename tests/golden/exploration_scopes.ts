import type { Scope } from "./exploration_events.ts";
import { G, S, T1, T2 } from "./exploration_world.ts";

/**
 * One neutral shutdown is enough to tell the bound from none at all. Failures and rollbacks are as
 * they are by default.
 */
const limits = { maxFailures: 2, maxNeutral: 1, maxRollbackTries: 2, autoPin: true };

const one: Scope = {
  name: "one generation on trial, golden redeployed",
  limits,
  hasLoader: true,
  toplevels: [G, T1],
  marks: [G, T1],
  force: false,
  pins: [],
  rollBack: false,
  liveSwitch: true,
  unmarked: [],
  corruption: true,
  tries: 0,
};

/** What the quick tests explore: each feature of a host at least once. */
export const quickScopes: readonly Scope[] = [
  one,
  { ...one, name: "no boot loader to ask", hasLoader: false, corruption: false },
  {
    ...one,
    name: "nothing is pinned without a person",
    limits: { ...limits, autoPin: false },
    pins: [G],
    corruption: false,
  },
  {
    ...one,
    name: "a specialisation, marks by force",
    toplevels: [G, T1, S],
    marks: [T1],
    force: true,
    corruption: false,
  },
  {
    ...one,
    name: "one mark supersedes another",
    toplevels: [G, T1, T2],
    marks: [T1, T2],
    liveSwitch: false,
    corruption: false,
  },
  {
    ...one,
    name: "a loader that counts",
    tries: 2,
    corruption: false,
    liveSwitch: false,
  },
  {
    ...one,
    name: "people who pin and roll back",
    pins: [G, T1],
    rollBack: true,
    marks: [T1],
    corruption: false,
    liveSwitch: false,
  },
];

/** What takes minutes. */
export const slowScopes: readonly Scope[] = [
  {
    ...one,
    name: "people who pin, roll back, insist and deploy past the mark",
    force: true,
    pins: [G, T1],
    rollBack: true,
    unmarked: [T1],
  },
  {
    ...one,
    name: "people and a specialisation",
    toplevels: [G, T1, S],
    force: true,
    pins: [G, S],
    rollBack: true,
    corruption: false,
    liveSwitch: false,
  },
  {
    ...one,
    name: "people and a loader that counts",
    force: true,
    pins: [G],
    rollBack: true,
    tries: 2,
  },
  {
    ...one,
    name: "a loader with the tries that it should have",
    tries: limits.maxFailures + limits.maxNeutral + 1,
  },
  {
    ...one,
    name: "four toplevels, superseding, a specialisation",
    toplevels: [G, T1, T2, S],
    marks: [G, T1, T2],
  },
  {
    ...one,
    name: "three failures, two neutral shutdowns, three rollbacks",
    limits: { maxFailures: 3, maxNeutral: 2, maxRollbackTries: 3, autoPin: true },
  },
];

/** A small scope in which each seeded fault has to show. */
export const smallScope: Scope = {
  ...one,
  name: "small",
  toplevels: [G, T1, S],
  marks: [T1],
  corruption: false,
};
