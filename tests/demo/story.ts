import type { Stage } from "./stage.ts";

/** What happens, in order: headings, and what is done below each. */
export const scenes: readonly (readonly [string, (stage: Stage) => Promise<void>])[] = [
  ["The laptop begins, two hosts join by URL", begin],
  ["Different files at the same time", differentFiles],
  ["Different lines of one file", differentLines],
  ["The server is offline for two rounds", offline],
  ["The same line on two hosts: parked, and nothing else waits", sameLine],
  ["Look at both sides and resolve, on any host", resolve],
  ["A new host joins by URL", join],
];

/** Every file of the story, as the laptop has it at first. */
const first = {
  ".bashrc": [
    "# bash, on all hosts",
    "export PATH=$HOME/bin:$PATH",
    "export LESS=-R",
    "export EDITOR=nano",
    "export LANG=C.UTF-8",
    "export HISTSIZE=1000",
    "shopt -s globstar",
    "alias ll='ls -l'",
  ],
  ".gitconfig": ["[user]", "    name = Person", "[pull]", "    rebase = false"],
  ".config/htop/htoprc": ["delay=15", "tree_view=0"],
} as const;

async function begin(stage: Stage): Promise<void> {
  const laptop = await stage.newHost("laptop");
  await stage.begin(laptop, first);
  await laptop.beginSource();
  await stage.chezmoi(laptop, "add", ...Object.keys(first).map((file) => `~/${file}`));
  await stage.sync(laptop);
  for (const name of ["desktop", "server"]) {
    await stage.sync(await stage.newHost(name), "--repo-url", stage.sandbox.remote);
  }
}

async function differentFiles(stage: Stage): Promise<void> {
  const [laptop, desktop, server] = threeHosts(stage);
  await stage.append(laptop, ".bashrc", "alias gs='git status'");
  await stage.change(desktop, ".gitconfig", "    rebase", "    rebase = true");
  await stage.change(server, ".config/htop/htoprc", "tree_view", "tree_view=1");
  await round(stage);
  await round(stage, laptop, desktop);
}

async function differentLines(stage: Stage): Promise<void> {
  const [laptop, desktop] = threeHosts(stage);
  await stage.change(laptop, ".bashrc", "export PATH", "export PATH=$HOME/.local/bin:$PATH");
  await stage.change(desktop, ".bashrc", "alias ll", "alias ll='ls -lh --color=auto'");
  await round(stage, laptop, desktop, laptop);
}

async function offline(stage: Stage): Promise<void> {
  const [laptop, desktop, server] = threeHosts(stage);
  stage.plug(server, false);
  await stage.append(server, ".bashrc", "export TMOUT=600");
  await stage.sync(server);
  await stage.change(laptop, ".bashrc", "export LESS", "export LESS='-R --mouse'");
  await round(stage, laptop, desktop);
  await stage.append(server, ".tmux.conf", "set -g mouse on");
  await stage.chezmoi(server, "add", "~/.tmux.conf");
  await stage.sync(server);
  stage.plug(server, true);
  await round(stage, server, laptop, desktop);
}

async function sameLine(stage: Stage): Promise<void> {
  const [laptop, desktop, server] = threeHosts(stage);
  await stage.change(laptop, ".bashrc", "export EDITOR", "export EDITOR=vim");
  await stage.change(desktop, ".bashrc", "export EDITOR", "export EDITOR=emacs");
  await stage.append(desktop, ".tmux.conf", "set -g history-limit 50000");
  await stage.sync(laptop);
  await stage.program(desktop, 3, "chezmoi-sync");
  await stage.sync(server);
  await stage.shows(laptop, ".bashrc", "export EDITOR=vim");
  await stage.shows(desktop, ".bashrc", "export EDITOR=emacs");
  await stage.shows(server, ".tmux.conf", "set -g history-limit 50000");
}

async function resolve(stage: Stage): Promise<void> {
  const [laptop, desktop, server] = threeHosts(stage);
  await stage.sync(laptop);
  await stage.program(laptop, 3, "chezmoi-show-conflicts");
  await stage.program(laptop, 0, "chezmoi-resolve", "~/.bashrc", "--take", "desktop");
  await round(stage, desktop, server);
  await stage.shows(laptop, ".bashrc", "export EDITOR=emacs");
}

async function join(stage: Stage): Promise<void> {
  await stage.sync(await stage.newHost("netbook"), "--repo-url", stage.sandbox.remote);
}

/** Some hosts sync one after the other; the first three unless told. */
async function round(stage: Stage, ...hosts: ReturnType<Stage["host"]>[]): Promise<void> {
  for (const host of hosts.length > 0 ? hosts : threeHosts(stage)) await stage.sync(host);
}

type Three = [ReturnType<Stage["host"]>, ReturnType<Stage["host"]>, ReturnType<Stage["host"]>];

function threeHosts(stage: Stage): Three {
  return [stage.host("laptop"), stage.host("desktop"), stage.host("server")];
}
