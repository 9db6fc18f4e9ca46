import {
  argv,
  choice,
  count,
  disable,
  enable,
  names,
  type Options,
  seconds,
  text,
  textOr,
} from "../cli/options.ts";
import { commands } from "../cli/bound_commands.ts";
import { bootLoaders } from "../programs/boot_loader.ts";

/** Where things are; NixOS's own paths unless told otherwise. */
export const pathOptions = {
  stateDir: textOr("/var/lib/golden-generation", "DIR", "where the state files are"),
  storeDir: textOr("/nix/store", "DIR", "the Nix store"),
  profile: textOr("/nix/var/nix/profiles/system", "PATH", "the system profile"),
  bootedSystem: textOr("/run/booted-system", "PATH", "link to the toplevel this boot started with"),
  currentSystem: textOr("/run/current-system", "PATH", "link to the toplevel that is active"),
  gcRootsDir: textOr(
    "/nix/var/nix/gcroots/golden-generation",
    "DIR",
    "where the garbage collector's root of what is golden is",
  ),
  bootIdFile: textOr("/proc/sys/kernel/random/boot_id", "FILE", "file with the id of this boot"),
  bootId: text("ID", "the id of this boot, as systemd's %b has it, in place of the file's", {
    flagOnly: true,
  }),
  bootLoader: choice(bootLoaders, "systemd-boot", "the boot loader whose default is verified"),
  loaderMount: textOr("/boot", "DIR", "where the boot loader's files are"),
} satisfies Options;

/** How patient a trial is. */
export const limitOptions = {
  maxFailures: count(2, [1, 10], "failed boots until golden is installed again"),
  maxNeutral: count(2, [0, 10], "clean shutdowns before the validation that do not count"),
  maxRollbackTries: count(
    2,
    [1, 10],
    "boots that begin a rollback before the host stays up as it is",
  ),
  autoPin: disable("--no-auto-pin", "leave golden alone when a generation passes its trial"),
} satisfies Options;

/** What makes a boot healthy. */
export const healthOptions = {
  requiredUnits: names("units that have to be active and stay so"),
  healthWindowSeconds: seconds(
    120,
    "how long units may take to become active, and validation commands to succeed",
  ),
  settleSeconds: seconds(10, "how long the required units have to stay active without a restart"),
  validationCommands: commands({
    help: "command lines that have to succeed: arrays of texts, or objects with `argv` and " +
      "`timeoutSeconds` (30 unless given)",
    value: "ARGVS",
    expected: 'command lines, as [["curl", "--fail", "http://localhost/"]] or ' +
      '[{"argv": ["true"], "timeoutSeconds": 5}]',
    usual: 30,
    most: 3600,
  }),
} satisfies Options;

/** What is run when a decision asks for it. */
export const actionOptions = {
  // What `systemctl reboot` does where there is no logind: that would refuse root, too, as long as
  // a session holds an inhibitor.
  rebootCommand: argv(
    ["systemctl", "--no-block", "--job-mode=replace-irreversibly", "start", "reboot.target"],
    "what reboots the host",
  ),
  notifyCommand: argv(undefined, "gets JSON on standard input when something happened"),
} satisfies Options;

/** The switch for a script's answer. */
export const json = {
  json: enable("print the answer as JSON", { flagOnly: true }),
} satisfies Options;

/** The configuration of the golden programs, written by the NixOS module. */
export const goldenConfig = {
  path: "/etc/holdfast/golden.json",
  options: { ...pathOptions, ...limitOptions, ...healthOptions, ...actionOptions },
} as const;
