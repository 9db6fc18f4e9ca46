# With a gate that refuses, a secret does its local part, and the next one with a network the rest.
{
  nodes = {
    remote = ./remote.nix;
    first = ./dotfiles-host.nix;
    second = {
      imports = [ ./dotfiles-host.nix ];
      myModules.services.dotfiles.chezmoiSync.secretGate = "refuse";
    };
  };

  testScript = ''
    import shlex
    ${builtins.readFile ./two_hosts.py}
    # Made up here, so that no scanner takes this file for a leak.
    secret = "AKIA" + "Q3EXAMPLE7W2Z5XY".replace("EXAMPLE", "HYT6NRB")
    as_rain(second, f"echo 'aws_access_key_id = {secret}' >> .aliases")
    second.fail("systemctl start chezmoi-sync-manual.service")
    remote.fail(f"git -C /srv/git/dotfiles.git log --all -p | grep {secret}")
    # Nothing else was held back on the other host.
    sync(first)
    assert last_status(first).startswith("success")
  '';
}
