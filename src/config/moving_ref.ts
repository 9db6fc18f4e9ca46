/**
 * Names a commit of where a move under way goes to; its message says from where. A work tree of the
 * repository has its own: another one is not what moves.
 */
export const movingRef = "refs/worktree/holdfast/moving";
