{
  description = "Holdfast keeps NixOS hosts in sync, upgraded and bootable";

  # deno.denort, the runtime that compiled programs carry, came to nixpkgs in July 2026.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forEachSystem = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      programs = lib.attrNames (import ./nix/lib/programs.nix);

      packagesFor =
        pkgs:
        lib.genAttrs programs (program: pkgs.callPackage ./nix/package.nix { inherit program; })
        // rec {
          multicall = pkgs.callPackage ./nix/package.nix { };
          default = multicall;
        };
    in
    {
      packages = forEachSystem packagesFor;

      overlays.default = final: _: {
        holdfast = final.callPackage ./nix/package.nix { };
        holdfastPrograms = lib.genAttrs programs (
          program: final.callPackage ./nix/package.nix { inherit program; }
        );
      };

      # One for all that live by the configuration repository: they share one file and one lock.
      nixosModules = {
        default = ./nix/modules;
        chezmoiSync = ./nix/modules/chezmoi-sync.nix;
        gitManagement = ./nix/modules/config-repo.nix;
        autoUpgrade = ./nix/modules/config-repo.nix;
        rebuildSmart = ./nix/modules/config-repo.nix;
        goldenGeneration = ./nix/modules/golden-generation.nix;
      };

      apps = forEachSystem (
        pkgs:
        let
          inherit (pkgs.stdenv.hostPlatform) system;
          app = description: program: {
            type = "app";
            inherit program;
            meta = { inherit description; };
          };
          demo = pkgs.writeShellApplication {
            name = "holdfast-demo";
            runtimeInputs = [
              pkgs.age
              pkgs.chezmoi
              pkgs.deno
              pkgs.git
              pkgs.jujutsu
              pkgs.nix
              pkgs.systemd
              pkgs.strace
            ];
            text = ''
              exec deno run --allow-all --frozen --config ${self}/deno.json ${self}/tests/demo/demo.ts "$@"
            '';
          };
        in
        lib.genAttrs programs (
          name: app "Runs ${name}" "${self.packages.${system}.multicall}/bin/${name}"
        )
        // {
          demo = app "Watch hosts sync, upgrade and survive bad updates" (lib.getExe demo);
        }
      );

      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShellNoCC {
          packages = [
            pkgs.age
            pkgs.chezmoi
            pkgs.deadnix
            pkgs.deno
            pkgs.git
            pkgs.jujutsu
            pkgs.just
            pkgs.mandoc
            pkgs.nix
            pkgs.nixfmt
            pkgs.statix
            pkgs.strace
            pkgs.systemd
          ];
          env.DENORT_BIN = "${pkgs.deno.denort}/bin/denort";
        };
      });

      checks = forEachSystem (
        pkgs:
        let
          inherit (pkgs.stdenv.hostPlatform) system;
        in
        {
          inherit (self.packages.${system}) multicall chezmoi-sync;
        }
        // import ./nix/tests {
          inherit pkgs;
          module = self.nixosModules.default;
        }
      );

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
