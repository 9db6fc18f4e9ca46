/**
 * What every program that may reach a remote gets: no question is ever asked (a run has no terminal,
 * and its programs are in a session of their own), and a connection that has gone silent ends.
 * Credential helpers, agents and the person's own ssh settings stay as they are.
 */
export const unattended: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "false",
  SSH_ASKPASS: "false",
  SSH_ASKPASS_REQUIRE: "never",
  GCM_INTERACTIVE: "never",
  GIT_HTTP_LOW_SPEED_LIMIT: "1",
  GIT_HTTP_LOW_SPEED_TIME: "30",
  GIT_EDITOR: "false",
  JJ_EDITOR: "false",
  EDITOR: "false",
  VISUAL: "false",
  PAGER: "cat",
  LC_ALL: "C.UTF-8",
};
