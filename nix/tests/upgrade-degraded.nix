# Where policy says to leave it, a system whose unit fails stays, and it says so with exit 4.
import ./broken-upgrade.nix {
  onValidationFailure = "notify";
  upgrade = ''
    status, _ = machine.execute("auto-upgrade")
    assert status == 4, status
    assert machine.succeed("readlink /run/current-system").strip() == broken
    status, _ = machine.execute("upgrade-status")
    assert status == 4, status
  '';
}
