# Two hosts that share dotfiles; each of these tests begins with this.
def as_rain(host, command):
    return host.succeed(f"su - rain -c {shlex.quote(command)}")


def sync(host):
    host.succeed("systemctl start chezmoi-sync-manual.service")


def last_status(host):
    return host.succeed("cat /var/lib/chezmoi-sync/last-sync-status")


start_all()
remote.wait_for_unit("git-daemon.service")
remote.succeed("git init --bare -b main /srv/git/dotfiles.git && chown -R git:git /srv/git")
for host in [first, second]:
    host.wait_for_unit("multi-user.target")

# What the guide tells for the first host; the second one clones by itself.
as_rain(first, "printf 'one\\ntwo\\n' > .editrc && printf 'alias x=y\\n' > .aliases")
as_rain(first, "chezmoi init && chezmoi add ~/.editrc ~/.aliases")
as_rain(first, "chezmoi git -- remote add origin git://remote/dotfiles.git")
sync(first)
sync(second)
assert as_rain(second, "cat .editrc") == "one\ntwo\n"
