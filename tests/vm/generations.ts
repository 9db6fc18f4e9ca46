/** The generations that scenarios boot. Each is a whole NixOS-shaped system with units of its own. */

/** What sets a generation apart. */
export interface Generation {
  readonly name: string;
  /** Kernel parameters beside `init=` and those of every generation. */
  readonly kernelParameters?: readonly string[];
  /** Unit files beside those of every generation; one of the same name replaces it. */
  readonly units?: Readonly<Record<string, string>>;
  /** Lines of /etc/fstab beside those of every generation. */
  readonly mounts?: readonly string[];
  /** Boots that the boot loader grants a new entry before it passes over it; without end when absent. */
  readonly tries?: number;
  /** Keys of /etc/holdfast/golden.json that differ from `goldenConfiguration`. */
  readonly golden?: Readonly<Record<string, unknown>>;
}

/** What /etc/holdfast/golden.json holds in every generation. */
export const goldenConfiguration: Readonly<Record<string, unknown>> = {
  bootLoader: "systemd-boot",
  loaderMount: "/boot",
  requiredUnits: ["required.service"],
  healthWindowSeconds: 20,
  settleSeconds: 2,
};

/** Fails while a scenario says so, which is how a golden generation can be made to fail. */
const required = `[Unit]
Description=A service without which this machine is of no use
ConditionPathExists=!/var/lib/required-is-absent

[Service]
ExecStart=/bin/sh -c 'test ! -e /var/lib/required-is-broken && exec sleep infinity'

[Install]
WantedBy=multi-user.target
`;

const broken = required.replace(/^ExecStart=.*$/m, "ExecStart=/bin/sh -c 'exit 7'");

/** The units of every generation beside our own. */
export const commonUnits: Readonly<Record<string, string>> = { "required.service": required };

const endless = `[Unit]
Description=A service that never comes up
Before=multi-user.target

[Service]
Type=oneshot
ExecStart=/bin/sleep infinity
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
`;

/** By their names; the first is what a new machine boots. */
export const generations: readonly Generation[] = [
  { name: "good" },
  { name: "better" },
  // Takes its time to be sure, in which a person can reboot.
  { name: "patient", golden: { settleSeconds: 20 } },
  { name: "failing", units: { "required.service": broken } },
  { name: "hanging", units: { "endless.service": endless } },
  {
    name: "emergency",
    mounts: ["/dev/disk/by-label/absent /data ext4 x-systemd.device-timeout=1s 0 0"],
  },
  {
    name: "panicking",
    kernelParameters: ["holdfast.panic"],
    // As many as failures and neutral boots are allowed, and one for the rollback.
    tries: 3,
    golden: { maxNeutral: 0 },
  },
  { name: "counted", tries: 3 },
];
