/** A host with sops-nix's files in a throwaway directory: real files, owners, modes and links. */
import { permissionFlags, permissions } from "../../src/build/permissions.ts";
import type { CheckState } from "../../src/sops/decide_check.ts";
import type { SopsReport } from "../../src/sops/decide_report.ts";
import { lookAtSops } from "../../src/sops/look.ts";
import { bundle } from "../support/bundle.ts";
import { decoded, type Ended, output, succeeded } from "../support/processes.ts";
import { programs } from "../support/programs.ts";

const checkout = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** A secret as a manifest names it; all but the name has a default. */
export interface Secret {
  readonly name: string;
  readonly path?: string;
  readonly owner?: string | null;
  readonly group?: string | null;
  readonly uid?: number | null;
  readonly gid?: number | null;
  readonly mode?: string;
}

/** A test with a host on it: its keys and secrets are root's, and only root can make such. */
export const hostTest = Deno.uid() === 0 ? Deno.test : Deno.test.ignore;

/** A host on which all is well until a test changes something. */
export class SopsHost implements AsyncDisposable {
  /** Every text that must never be told: values of secrets and lines of keys. */
  readonly hidden: string[] = [];

  private constructor(readonly root: string, readonly path: string) {}

  /** On a memory file system, as secrets are; `directory` names another place. */
  static async create(directory = "/dev/shm"): Promise<SopsHost> {
    const root = await Deno.realPath(
      await Deno.makeTempDir({ dir: directory, prefix: "holdfast-sops-" }),
    );
    const { directory: first } = await programs();
    const path = [`${root}/bin`, first, Deno.env.get("PATH") ?? ""].filter(Boolean).join(":");
    const host = new SopsHost(root, path);
    for (const name of ["bin", "ssh", "lib", "store", "toplevel/etc/systemd/system", "etc"]) {
      await Deno.mkdir(`${root}/${name}`, { recursive: true });
    }
    await Deno.mkdir(`${root}/run/secrets.d/7`, { recursive: true, mode: 0o751 });
    await Deno.symlink(`${root}/run/secrets.d/7`, `${root}/run/secrets`);
    await Deno.symlink(`${root}/toplevel`, host.currentSystem);
    await host.write("ssh/key", host.hide());
    const key = await host.run(["age-keygen"]);
    host.hidden.push(...key.match(/AGE-SECRET-KEY-\S+/g) ?? []);
    await host.write("lib/key.txt", key);
    await host.write("toplevel/activate", "#!/bin/sh\nexit 0\n", 0o755);
    return host;
  }

  /** The link to the active system. */
  get currentSystem(): string {
    return `${this.root}/run/current-system`;
  }

  /** A new text that must never be told. */
  hide(): string {
    const text = `hidden-${crypto.randomUUID()}`;
    this.hidden.push(text);
    return text;
  }

  /** Writes a file with exactly this mode. */
  async write(name: string, text: string, mode = 0o600): Promise<void> {
    const path = `${this.root}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
  }

  /** Writes a manifest as modules/sops/manifest-for.nix does, and returns where. */
  async manifest(
    secrets: readonly Secret[],
    { name = "manifest", templates = [], ...rest }: {
      readonly name?: string;
      readonly templates?: readonly Secret[];
      readonly [field: string]: unknown;
    } = {},
  ): Promise<string> {
    const asWritten = (at: string) => (secret: Secret): unknown => ({
      format: "yaml",
      gid: 0,
      group: null,
      key: secret.name,
      mode: "0400",
      owner: null,
      path: `${at}/${secret.name}`,
      restartUnits: [],
      sopsFile: "/nix/store/00000000000000000000000000000000-secrets.yaml",
      uid: 0,
      ...secret,
    });
    const content = {
      secrets: secrets.map(asWritten(`${this.root}/run/secrets`)),
      templates: templates.map(asWritten(`${this.root}/run/secrets/rendered`)),
      secretsMountPoint: `${this.root}/run/secrets.d`,
      symlinkPath: `${this.root}/run/secrets`,
      keepGenerations: 1,
      gnupgHome: null,
      sshKeyPaths: [],
      ageKeyFile: `${this.root}/lib/key.txt`,
      ageSshKeyPaths: [`${this.root}/ssh/key`],
      useTmpfs: true,
      placeholderBySecretName: {},
      userMode: false,
      logging: { keyImport: true, secretChanges: true },
      ...rest,
    };
    const file = `store/${"0".repeat(32)}-${name}.json`;
    await this.write(file, JSON.stringify(content), 0o444);
    return `${this.root}/${file}`;
  }

  /** Makes the activation script install these secrets, and puts each of them in its place. */
  async install(secrets: readonly Secret[], fields: Record<string, unknown> = {}): Promise<void> {
    const templates = (fields["templates"] ?? []) as readonly Secret[];
    await this.activate(`${await this.manifest(secrets, fields)}`);
    for (const { name, mode = "0400" } of secrets) await this.put(name, parseInt(mode, 8));
    for (const { name, mode = "0400" } of templates) {
      await this.put(`rendered/${name}`, parseInt(mode, 8));
    }
  }

  /** The activation script that calls sops-install-secrets with these arguments. */
  async activate(...calls: readonly string[]): Promise<void> {
    const package_ = "/nix/store/11111111111111111111111111111111-sops-install-secrets-0.0.1";
    const lines = calls.map((call) => `  ${package_}/bin/sops-install-secrets ${call}\n`);
    const text = `#!/bin/sh\n(\n  export HOME='/var/empty'\n${lines.join("")}\n)\n`;
    await this.write("toplevel/activate", text, 0o755);
  }

  /** Puts a secret with a value of its own into the generation. */
  async put(name: string, mode = 0o400): Promise<void> {
    await this.write(`run/secrets.d/7/${name}`, this.hide(), mode);
  }

  /** Puts a program on the path of {@linkcode program}. */
  async fake(name: string, script: string): Promise<void> {
    await this.write(`bin/${name}`, `#!/bin/sh\n${script}`, 0o755);
  }

  /** What is found, without a process of its own. */
  async look(): Promise<SopsReport> {
    return await lookAtSops({ currentSystem: this.currentSystem });
  }

  /** Runs `check-sops` with the permissions it is compiled with, or with all of them below /dev. */
  async program(args: readonly string[] = [], before: readonly string[] = []): Promise<Ended> {
    const granted = permissions["check-sops"];
    const flags = this.root.startsWith("/dev/") || granted === undefined
      ? ["-A"]
      : permissionFlags(granted);
    const deno = [Deno.execPath(), "run", ...flags, "--no-check", "--cached-only"];
    const system = ["--current-system", this.currentSystem];
    const argv = [...before, ...deno, `${checkout}/bin/check-sops.ts`, ...system, ...args];
    return decoded(await output(argv, { cwd: "/", env: this.environment }));
  }

  /**
   * Runs `check-sops` as a user that nothing here belongs to.
   */
  async programAsNobody(): Promise<Ended> {
    const script = `${this.root}/check-sops.js`;
    if (!await Deno.stat(script).catch(() => false)) {
      await bundle(`${checkout}/bin/check-sops.ts`, script);
    }
    const deno = [Deno.execPath(), "run", "-A", "--no-config", "--cached-only", script];
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const argv = [...nobody, ...deno, "--current-system", this.currentSystem];
    const env = { ...this.environment, DENO_DIR: "/nonexistent" };
    return decoded(await output(argv, { cwd: "/", env }));
  }

  /** Runs any program, which has to succeed. */
  async run(argv: readonly string[]): Promise<string> {
    return succeeded(argv, decoded(await output(argv, { cwd: "/", env: this.environment })));
  }

  /** What programs here are given. */
  get environment(): Record<string, string> {
    const { DENO_DIR, HOME, XDG_CACHE_HOME } = Deno.env.toObject();
    return {
      PATH: this.path,
      LC_ALL: "C.UTF-8",
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      DENO_DIR: DENO_DIR ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno`,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** The states of the checks, by name. */
export function statesOf({ checks }: SopsReport): Readonly<Record<string, CheckState>> {
  return Object.fromEntries(checks.map(({ name, state }) => [name, state]));
}

/** What a check says, with its remedy. */
export function saying({ checks }: SopsReport, name: string): string {
  const check = checks.find((each) => each.name === name);
  return `${check?.state}: ${check?.detail} | ${check?.remedy ?? ""}`;
}
