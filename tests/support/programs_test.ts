import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Programs, programs, sufficient } from "./programs.ts";

const script = new URL("./programs.ts", import.meta.url).pathname;

Deno.test("the programs have the versions they are said to have, and those suffice", async () => {
  const found = await programs();
  assert.ok(sufficient(found.versions), JSON.stringify(found.versions));
  for (const [name, version] of Object.entries(found.versions)) {
    const { stdout } = await run([name, "--version"], { PATH: pathWith(found), HOME: "/dev/null" });
    assert.ok(stdout.includes(version.replace("unknown", "")), `${name}: ${stdout}`);
  }
});

Deno.test("a version suffices from the minimum upwards", () => {
  const recent = { jj: "0.39.0", chezmoi: "2.70.0", git: "2.43", age: "1.0", "age-keygen": "1.0" };
  assert.equal(sufficient(recent), true);
  assert.equal(sufficient({ ...recent, jj: "1.0.0", git: "3.0", age: "unknown" }), true);
  assert.equal(sufficient({ ...recent, jj: "0.9.9" }), false);
  assert.equal(sufficient({ ...recent, git: "2.39.5" }), false);
  assert.equal(sufficient({ ...recent, chezmoi: "unknown" }), false);
  const { age: _, ...withoutAge } = recent;
  assert.equal(sufficient(withoutAge), false);
});

Deno.test("git serves and fetches over HTTP, and jj clones from it", async () => {
  // Git starts its helpers by itself: each has to find the libraries of its own set.
  const found = await programs();
  await using box = await sandbox();
  const env = { PATH: pathWith(found), HOME: box.root, GIT_CONFIG_NOSYSTEM: "1" };
  await using server = serveGit(box.root, env);
  const url = `http://127.0.0.1:${server.addr.port}/remote.git`;
  const git = (...args: string[]) => run(["git", "-C", box.root, ...args], env);
  await git("init", "-q", "--bare", "-b", "main", "remote.git");
  await git("-C", "remote.git", "config", "http.receivepack", "true");
  await git("clone", "-q", url, "one");
  await Deno.writeTextFile(`${box.root}/one/file`, "text\n");
  await git("-C", "one", "add", "file");
  const author = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  await git("-C", "one", ...author, "commit", "-q", "-m", "first");
  await git("-C", "one", "push", "-q", "origin", "HEAD:main");
  await git("clone", "-q", url, "two");
  await run(["jj", "git", "clone", url, `${box.root}/three`], env);
  assert.equal(await Deno.readTextFile(`${box.root}/two/file`), "text\n");
  assert.equal(await Deno.readTextFile(`${box.root}/three/file`), "text\n");
});

Deno.test("recent programs on PATH are used as they are", async () => {
  await using box = await sandbox();
  for (const name of ["jj", "chezmoi", "git", "age", "age-keygen"]) await box.program(name, "99.1");
  const { code, stdout } = await box.find();
  assert.equal(code, 0);
  assert.equal(stdout, "jj 99.1\nchezmoi 99.1\ngit 99.1\nage 99.1\nage-keygen 99.1\n(on PATH)\n");
});

Deno.test("without programs and without apt, the error names what is needed and how to get it", async () => {
  await using box = await sandbox();
  await box.program("git", "2.30.1");
  const { code, stdout, stderr } = await box.find();
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: cannot find or fetch the programs/);
  assert.match(stderr, /jj, 0\.39 or later: not on PATH/);
  assert.match(stderr, /git, 2\.43 or later: 2\.30\.1 at '.*\/bin\/git'/);
  assert.match(stderr, /age, any version: not on PATH/);
  assert.match(stderr, /fetching them from Debian \(.*\): 'apt-get' is not on PATH/);
  assert.match(stderr, /hint: install them .* nix shell nixpkgs#jujutsu/);
});

Deno.test("a failed download leaves nothing behind, and the error says what apt said", async () => {
  await using box = await sandbox();
  await box.standInDebian({ download: "echo 'E: no route to host' >&2; exit 100" });
  const { code, stderr } = await box.find();
  assert.equal(code, 1);
  assert.match(stderr, /`apt-get download` exited with 100: E: no route to host\nhint: /);
  assert.deepEqual(await box.cached(), [".lock"]);
});

Deno.test("a fetch that was killed leaves no cache, and the next one completes", async () => {
  // Once the next fetch failed with "File exists": the killed one's apt still wrote to its folder.
  const outlive = `kill -9 $PPID; debs=$PWD
for i in 1 2 3 4 5; do for j in 1 2 3 4 5 6 7 8 9; do
  [ -e "$root/stop" ] || { mkdir -p "$debs"; sleep 0.02; }
done; done; : > "$root/stopped"; exit 1`;
  await using box = await sandbox();
  await box.standInDebian({ download: outlive });
  assert.equal((await box.find()).code, 137);
  assert.deepEqual(await box.cached(), [".lock", ".next"]);
  await box.standInDebian();
  const { code, stderr } = await box.find();
  assert.equal(code, 0, stderr);
  assert.ok((await box.cached()).includes(""));
  await Deno.writeTextFile(`${box.root}/stop`, "");
  while (!await Deno.stat(`${box.root}/stopped`).catch(() => false)) await delay(10);
});

Deno.test("a damaged cache is made anew, a sound one is used without fetching", async () => {
  await using box = await sandbox();
  await box.standInDebian();
  const first = await box.find();
  assert.equal(first.code, 0, first.stderr);
  const directory = first.stdout.trim().split("\n").at(-1)!;
  const program = `${directory}/../rootfs/usr/bin/jj`;
  assert.equal((await box.find()).stdout, first.stdout);
  assert.equal(await box.downloads(), 1);
  await Deno.remove(program);
  assert.equal((await box.find()).stdout, first.stdout);
  assert.equal(await box.downloads(), 2);
  await Deno.truncate(program, 5);
  assert.equal((await box.find()).stdout, first.stdout);
  assert.equal(await box.downloads(), 3);
  assert.deepEqual(await box.cached(), ["", ".lock"]);
  assert.equal((await run([`${directory}/jj`, "--version"], {})).stdout, "jj 99.1\n");
});

Deno.test("of two that fetch at once one downloads, and both get the programs", async () => {
  await using box = await sandbox();
  await box.standInDebian({ download: "sleep 0.3" });
  const [one, two] = await Promise.all([box.find(), box.find()]);
  assert.equal(one.code, 0, one.stderr);
  assert.equal(two.stdout, one.stdout);
  assert.equal(await box.downloads(), 1);
});

interface Sandbox extends AsyncDisposable {
  readonly root: string;
  /** Puts a program on PATH that says this version. */
  program(name: string, version: string): Promise<void>;
  /** Puts an apt and a dpkg on PATH whose one package holds shell scripts for programs. */
  standInDebian(scripts?: { download?: string }): Promise<void>;
  /** Runs `programs.ts`. */
  find(): Promise<Ended>;
  downloads(): Promise<number>;
  /** What the cache directory holds, without the common start of the names. */
  cached(): Promise<string[]>;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A throwaway PATH and cache in which `programs.ts` runs as a process of its own. */
async function sandbox(): Promise<Sandbox> {
  const root = await Deno.makeTempDir({ prefix: "programs it's " });
  const bin = `${root}/bin`;
  const systemPath = Deno.env.get("PATH") ?? "";
  await Deno.mkdir(bin);
  await Deno.symlink(Deno.execPath(), `${bin}/deno`);
  const write = async (name: string, body: string) => {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${body}\n`);
    await Deno.chmod(`${bin}/${name}`, 0o755);
  };
  return {
    root,
    program: (name: string, version: string) => write(name, `echo ${name} ${version}`),
    standInDebian: async ({ download = "" } = {}) => {
      const setUp = `PATH='${systemPath}'; root="\${0%/bin/*}"`;
      await write("apt-config", "");
      await write(
        "apt-get",
        `${setUp}; case $1 in
install) echo "'http://example.org/all.deb' all_1_amd64.deb 1 SHA256:1" ;;
download) echo x >> "$root/downloads"; ${download}
: > all.deb ;;
esac`,
      );
      await write(
        "dpkg",
        `${setUp}; [ "$1" = -x ] || { echo amd64; exit; }
cd "$3" && mkdir -p usr/bin usr/lib/some-linux-gnu usr/lib/git-core usr/share/keyrings
: > usr/share/keyrings/debian-archive-keyring.gpg
printf '#!/bin/sh\\nshift 4\\nexec "$@"\\n' > usr/lib/some-linux-gnu/ld-linux-some.so.2
for name in jj chezmoi git age age-keygen; do
  printf '#!/bin/sh\\necho %s 99.1\\n' $name > usr/bin/$name
done
chmod +x usr/bin/* usr/lib/some-linux-gnu/*`,
      );
    },
    find: () =>
      run([`${bin}/deno`, "run", "-A", "--no-config", script], {
        PATH: bin,
        HOME: root,
        XDG_CACHE_HOME: `${root}/cache`,
        NO_COLOR: "1",
      }, { mayFail: true }),
    downloads: async () => (await Deno.readTextFile(`${root}/downloads`)).split("\n").length - 1,
    cached: async () =>
      (await Array.fromAsync(Deno.readDir(`${root}/cache/holdfast`)))
        .map(({ name }) => name.replace(/^programs-\d+-[^.]+|(?<=\.next)-\w+/g, "")).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

function pathWith(found: Programs): string {
  return `${found.directory}:${Deno.env.get("PATH")}`.replace(/^:/, "");
}

async function run(
  argv: string[],
  env: Record<string, string>,
  { mayFail = false } = {},
): Promise<Ended> {
  // By `env`, since the program itself is to be found on the PATH that is given.
  const pairs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const command = new Deno.Command("/usr/bin/env", { args: ["-i", ...pairs, ...argv] });
  const output = await command.output();
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  if (!mayFail) assert.equal(output.code, 0, `${argv.join(" ")}: ${stderr}`);
  return { code: output.code, stdout, stderr };
}

/** Git's own CGI program behind Deno's HTTP server. */
function serveGit(root: string, env: Record<string, string>): Deno.HttpServer<Deno.NetAddr> {
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  return Deno.serve(options, async (request) => {
    const url = new URL(request.url);
    const cgi = {
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
    };
    const pairs = Object.entries({ ...env, ...cgi }).map(([key, value]) => `${key}=${value}`);
    const backend = new Deno.Command("/usr/bin/env", {
      args: ["-i", ...pairs, "git", "http-backend"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = backend.stdin.getWriter();
    await writer.write(new Uint8Array(await request.arrayBuffer()));
    await writer.close();
    const { stdout } = await backend.output();
    const end = new TextDecoder("latin1").decode(stdout).indexOf("\r\n\r\n");
    const lines = new TextDecoder().decode(stdout.subarray(0, end)).split("\r\n");
    const headers = lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]);
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    return new Response(stdout.slice(end + 4), { status: parseInt(status), headers });
  });
}
