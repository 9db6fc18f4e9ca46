import assert from "node:assert/strict";
import {
  filesInDoubledDirectories,
  respelled,
  sourcesOfSameTargets,
  targetsWithTwoSources,
} from "../../src/dotfiles/same_target.ts";

Deno.test("a merge that renames a source on one side only leaves two sources of one target", () => {
  const merged = ["dot_x", "executable_dot_x", "dot_y"];
  assert.deepEqual(targetsWithTwoSources(merged, ["dot_x", "dot_y"]), [
    "dot_x",
    "executable_dot_x",
  ]);
});

Deno.test("two sources of one target that the branch had before are not the merge's doing", () => {
  const both = ["dot_x", "private_dot_x"];
  assert.deepEqual(targetsWithTwoSources(both, both), []);
});

Deno.test("a directory that got an attribute doubles all that lies in it", () => {
  const merged = ["dot_config/a", "private_dot_config/a", "private_dot_config/b"];
  assert.deepEqual(
    targetsWithTwoSources(merged, ["dot_config/a"]),
    ["dot_config/a", "private_dot_config/a"],
  );
});

Deno.test("a parked path takes all other names of its target along, from every tree", () => {
  assert.deepEqual(
    sourcesOfSameTargets(["dot_x"], [["dot_x", "dot_y"], ["executable_dot_x"], ["dot_xx"]]),
    ["dot_x", "executable_dot_x"],
  );
});

Deno.test("files in a directory with two spellings collide, whichever of them they are in", () => {
  const merged = ["dot_d/new", "private_dot_d/one", "private_dot_d/two", "dot_e/x"];
  const before = ["private_dot_d/one", "private_dot_d/two", "dot_e/x"];
  assert.deepEqual(filesInDoubledDirectories(merged, before), merged.slice(0, 3));
  assert.deepEqual(filesInDoubledDirectories(merged, merged), []);
});

Deno.test("a path is respelled as the tree spells its directories", () => {
  const tree = ["private_dot_d/exact_e/x"];
  assert.equal(respelled("dot_d/e/new", tree), "private_dot_d/exact_e/new");
  assert.equal(respelled("dot_d/f/new", tree), "private_dot_d/f/new");
  assert.equal(respelled("dot_other/new", tree), "dot_other/new");
});
