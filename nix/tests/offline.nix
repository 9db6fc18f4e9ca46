# Without a network a sync does its local part, and the next one with a network the rest.
{
  nodes = {
    remote = ./remote.nix;
    first = ./dotfiles-host.nix;
    second = ./dotfiles-host.nix;
  };

  testScript = ''
    import shlex
    ${builtins.readFile ./two_hosts.py}
    second.block()
    as_rain(second, "sed -i s/two/TWO/ .editrc")
    sync(second)
    assert last_status(second).startswith("fetch-failed")
    second.unblock()
    sync(second)
    sync(first)
    assert as_rain(first, "cat .editrc") == "one\nTWO\n"
  '';
}
