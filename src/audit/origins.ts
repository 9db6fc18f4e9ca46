/** Where a value lies in chezmoi's data; `*` stands for each element of a list or a map. */
export type Path = readonly string[];

/** The places a value can be from; none: it is not known, or it is no part of the data. */
export type Origin = readonly Path[];

/** What lies below some names, wherever the origin is. */
export function below(origin: Origin, names: readonly string[]): Origin {
  return origin.map((path) => [...path, ...names]);
}

/** The elements of an origin. */
export function elementsOf(origin: Origin): Origin {
  return below(origin, ["*"]);
}

/** Both origins, each place once. */
export function union(one: Origin, other: Origin): Origin {
  const seen = new Map([...one, ...other].map((path) => [path.join("\0"), path]));
  return [...seen.values()];
}
