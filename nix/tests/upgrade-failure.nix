# An upgrade whose unit fails is undone: git and system are where they were, and it says so with exit 5.
import ./broken-upgrade.nix {
  onValidationFailure = "rollback";
  upgrade = ''
    status, _ = machine.execute("auto-upgrade --config /etc/holdfast/config-repo.json")
    assert status == 5, status
    assert machine.succeed("readlink /run/current-system").strip() == good
    # The commit is not tried again until something moves.
    machine.succeed("auto-upgrade")
    assert machine.succeed("readlink /run/current-system").strip() == good
  '';
}
