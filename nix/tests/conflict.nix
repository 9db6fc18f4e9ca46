# Edits of the same line are parked: each host keeps its own, and all other files sync.
{
  nodes = {
    remote = ./remote.nix;
    first = ./dotfiles-host.nix;
    second = ./dotfiles-host.nix;
  };

  testScript = ''
    import shlex
    ${builtins.readFile ./two_hosts.py}
    as_rain(first, "sed -i s/one/first/ .editrc")
    as_rain(second, "sed -i s/one/second/ .editrc && echo three >> .aliases")
    sync(first)
    second.fail("systemctl start chezmoi-sync-manual.service")
    assert last_status(second).startswith("conflicts-preserved")
    assert as_rain(second, "cat .editrc") == "second\ntwo\n"
    sync(first)
    assert as_rain(first, "cat .editrc") == "first\ntwo\n"
    assert as_rain(first, "cat .aliases") == "alias x=y\nthree\n"

    as_rain(second, "chezmoi-resolve --take local")
    sync(first)
    assert as_rain(first, "cat .editrc") == "second\ntwo\n"
  '';
}
