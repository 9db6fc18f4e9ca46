import assert from "node:assert/strict";
import { treeOf } from "../support/tree.ts";
import { exits } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

const programs = [
  ...["golden-mark-pending", "golden-boot-check", "golden-boot-validate", "pin-golden"],
  ...["show-golden", "rollback-to-golden", "show-boot-status"],
];

testsOn("what is typed and configured", {
  "what is typed or configured wrongly is named, and changes nothing": [
    "on trial",
    async ({ host, update }, t) => {
      const before = await treeOf(host.root, ["log"]);
      const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
        [
          "golden-boot-check",
          ["--sate-dir", "/x"],
          /unknown option "--sate-dir"\nhint: .*--state-dir/,
        ],
        ["golden-boot-check", ["now"], /unexpected argument "now"/],
        ["golden-boot-check", ["--max-failures", "0"], /should be a whole number from 1 to 10/],
        ["golden-boot-check", ["--max-failures", "2.5"], /should be a whole number/],
        ["golden-boot-check", ["--boot-id", "1"], /boot id "1" should be 32 hexadecimal digits/],
        ["golden-boot-check", ["--boot-loader", "lilo"], /should be one of systemd-boot, grub,/],
        [
          "golden-boot-check",
          ["--state-dir", "state"],
          /stateDir "state" should be an absolute path/,
        ],
        ["golden-boot-check", ["--state-dir"], /option --state-dir needs a value/],
        ["golden-boot-validate", ["--deadline", "--close"], /exclude each other/],
        ["golden-boot-validate", ["--wait", "5"], /--wait goes with --deadline only/],
        ["golden-boot-validate", ["--wait", "-5", "--deadline"], /should be a number of seconds/],
        ["golden-boot-validate", ["--wait", "soon", "--deadline"], /should be a number of seconds/],
        ["golden-boot-validate", ["--required-units", "a b"], /should be a list of names/],
        ["golden-boot-validate", ["--deadline=yes"], /takes no value/],
        ["golden-mark-pending", [], /expected TOPLEVEL and ACTION/],
        ["golden-mark-pending", [update], /expected TOPLEVEL and ACTION/],
        ["golden-mark-pending", [update, "boot", "now"], /expected TOPLEVEL and ACTION/],
        ["golden-mark-pending", ["/nonexistent", "boot"], /there is no toplevel \/nonexistent/],
        [
          "golden-mark-pending",
          ["/tmp", "boot"],
          /cannot put \/tmp on trial: \/tmp is not a path of/,
        ],
        ["show-golden", ["--yes"], /unknown option "--yes"/],
        ["rollback-to-golden", ["--now"], /unknown option "--now"/],
      ];
      for (const [name, args, said] of wrong) {
        await t.step(`${name} ${args.join(" ").replace(host.root, "")}`, async () => {
          const { status, stdout, stderr } = await host.program(name, args);
          assert.equal(status, 2, stderr);
          assert.equal(stdout, "");
          assert.match(stderr, said);
          assert.match(stderr, new RegExp(`^hint: ${name} --help$`, "m"));
        });
      }
      assert.deepEqual(await treeOf(host.root, ["log"]), before);
    },
  ],
  "a configuration that is wrong is named with its key by every program": [
    "on trial",
    async ({ host }, t) => {
      const wrong: readonly (readonly [string, RegExp])[] = [
        ["{", /golden\.json is not JSON/],
        ["[]", /is not a JSON object/],
        ['{"maxFailure": 2}', /unknown key "maxFailure"\nhint: .*maxFailures/],
        ['{"maxFailures": "2 "}', /key "maxFailures": "2 " should be a whole number/],
        ['{"maxFailures": 11}', /key "maxFailures": 11 should be/],
        ['{"autoPin": "no"}', /key "autoPin": "no" should be true or false/],
        ['{"rebootCommand": "reboot"}', /key "rebootCommand": "reboot" should be a command line/],
        ['{"rebootCommand": []}', /key "rebootCommand": \[\] should be/],
        [
          '{"validationCommands": [["true"], "false"]}',
          /key "validationCommands": .* should be command/,
        ],
        ['{"validationCommands": [{"argv": ["x"], "timeout": 5}]}', /should be command lines/],
        [
          '{"validationCommands": [{"argv": ["x"], "timeoutSeconds": 0}]}',
          /should be command lines/,
        ],
        ['{"bootId": "1"}', /unknown key "bootId"/],
        ['{"stateDir": "/a\\u0000b"}', /should be a text of one line/],
      ];
      for (const [at, [text, said]] of wrong.entries()) {
        const name = programs[at % programs.length] as string;
        await t.step(`${name}: ${text}`, async () => {
          await Deno.writeTextFile(host.configFile, text);
          assert.match(exits(2, await host.program(name)), said);
        });
      }
    },
  ],
  "each program says what it is, and which version": ["on trial", async ({ host }, t) => {
    for (const name of programs) {
      await t.step(name, async () => {
        assert.match(
          exits(0, await host.program(name, ["--help"])),
          new RegExp(`${name} \\[OPTION`),
        );
        assert.match(exits(0, await host.program(name, ["--version"])), new RegExp(`^${name} \\d`));
      });
    }
  }],
  "an action that changes no boot is let through without a trial": [
    "on trial",
    async ({ host }) => {
      const other = await host.toplevel("other");
      const before = await treeOf(host.stateDir);
      for (const action of ["test", "dry-activate", "check", ""]) {
        const { stdout, stderr, status } = await host.program("golden-mark-pending", [
          other,
          action,
        ]);
        assert.deepEqual({ status, said: stdout + stderr }, { status: 0, said: "" });
      }
      assert.deepEqual(await treeOf(host.stateDir), before);
    },
  ],
});
