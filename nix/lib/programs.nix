# The programs, and what each finds on PATH; the golden ones run only what every NixOS has.
let
  dotfiles = [
    "chezmoi"
    "git"
    "jujutsu"
    "openssh"
  ];
  repository = [
    "git"
    "jujutsu"
    "openssh"
  ];
in
{
  auto-upgrade = repository;
  check-sops = [ ];
  chezmoi-resolve = dotfiles;
  chezmoi-show-conflicts = dotfiles;
  chezmoi-status = dotfiles;
  chezmoi-sync = dotfiles;
  dotfiles-audit = dotfiles;
  golden-boot-check = [ ];
  golden-boot-validate = [ ];
  golden-mark-pending = [ ];
  host-commit = repository;
  host-status = [ ];
  pin-golden = [ ];
  rebuild-smart = dotfiles;
  rollback-to-golden = [ ];
  show-boot-status = [ ];
  show-golden = [ ];
  upgrade-status = [ ];
}
