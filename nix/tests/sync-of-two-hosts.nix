# Edits of two hosts meet, and neither is lost.
{
  nodes = {
    remote = ./remote.nix;
    first = ./dotfiles-host.nix;
    second = ./dotfiles-host.nix;
  };

  testScript = ''
    import shlex
    ${builtins.readFile ./two_hosts.py}
    as_rain(first, "sed -i s/one/ONE/ .editrc")
    as_rain(second, "echo three >> .aliases")
    sync(first)
    sync(second)
    sync(first)
    for host in [first, second]:
        assert as_rain(host, "cat .editrc") == "ONE\ntwo\n"
        assert as_rain(host, "cat .aliases") == "alias x=y\nthree\n"
    assert last_status(first).startswith("success")
  '';
}
