# One program, or all of them in one binary with a link each.
#
# A build fetches tarball by tarball what deno.lock names and makes of it the part of Deno's cache
# that a bundle reads; nothing is resolved, and nothing downloaded, while it runs.
{
  lib,
  stdenv,
  fetchurl,
  makeBinaryWrapper,
  deno,
  chezmoi,
  git,
  jujutsu,
  openssh,
  # The name of one program; all in one binary when it is null.
  program ? null,
}:
let
  inherit (lib) concatMapStringsSep escapeShellArg makeBinPath;

  tools = {
    inherit
      chezmoi
      git
      jujutsu
      openssh
      ;
  };
  programs = import ./lib/programs.nix;
  bundler = import ./lib/bundler.nix;
  tarballs = import ./lib/npm-tarballs.nix (builtins.readFile ../deno.lock);

  names = if program == null then builtins.attrNames programs else [ program ];
  binary = if program == null then "holdfast" else program;
  esbuild =
    bundler.hashes.${stdenv.buildPlatform.system}
      or (throw "holdfast: no esbuild is known for ${stdenv.buildPlatform.system}");

  unpack = directory: tarball: ''
    mkdir -p ${escapeShellArg directory}
    tar --extract --gzip --strip-components=1 --file=${tarball} --directory=${escapeShellArg directory}
  '';
in
stdenv.mkDerivation {
  pname = binary;
  inherit (lib.importJSON ../deno.json) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../bin
      ../src
      ../deno.json
      ../deno.lock
    ];
  };

  nativeBuildInputs = [
    deno
    makeBinaryWrapper
  ];

  # The runtime that a compiled program carries; of another version than deno it fails when run.
  env.DENORT_BIN = "${deno.denort}/bin/denort";
  # A compiled program is data behind an ELF image: what rewrites the image cuts it off.
  dontStrip = true;
  dontPatchELF = true;

  configurePhase = ''
    runHook preConfigure
    export HOME=$TMPDIR DENO_DIR=$TMPDIR/deno-cache DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
    mkdir -p "$DENO_DIR"
    pushd "$DENO_DIR"
    ${concatMapStringsSep "" (
      { name, version, url, hash }:
      unpack "npm/registry.npmjs.org/${name}/${version}" (fetchurl { inherit url hash; })
    ) tarballs}
    ${unpack "esbuild" (fetchurl {
      url = "https://registry.npmjs.org/@esbuild/${esbuild.target}/-/${esbuild.target}-${bundler.version}.tgz";
      inherit (esbuild) hash;
    })}
    ${concatMapStringsSep "" (directory: ''
      mkdir -p ${directory}
      ln -s "$DENO_DIR/esbuild/bin/esbuild" ${directory}/esbuild-${esbuild.target}
    '') (bundler.directories bundler.version)}
    popd
    runHook postConfigure
  '';

  buildPhase = ''
    runHook preBuild
    deno run --cached-only --frozen --allow-all src/build/compile.ts --output compiled ${binary}
    deno run --cached-only --frozen --allow-all src/build/manuals.ts share ${toString program}
    runHook postBuild
  '';

  installPhase = ''
    runHook preInstall
    mkdir -p "$out/bin"
    install -D compiled/${binary} "$out/libexec/holdfast/${binary}"
    # The binary of all looks for its links beside itself when it starts itself once more.
    for name in ${toString names}; do
      [[ $name == ${binary} ]] || ln -s ${binary} "$out/libexec/holdfast/$name"
    done
    cp --recursive share "$out/share"
    ${concatMapStringsSep "" (
      name:
      if programs.${name} == [ ] then
        ''
          ln -s ../libexec/holdfast/${name} "$out/bin/${name}"
        ''
      else
        # Behind what is on PATH already: whoever has a newer git is to get that one.
        ''
          makeBinaryWrapper "$out/libexec/holdfast/${name}" "$out/bin/${name}" --argv0 ${name} \
            --suffix PATH : ${makeBinPath (map (tool: tools.${tool}) programs.${name})}
        ''
    ) names}
    runHook postInstall
  '';

  doInstallCheck = stdenv.buildPlatform.canExecute stdenv.hostPlatform;
  # As a unit in early boot would run them: nothing in the environment.
  installCheckPhase = ''
    runHook preInstallCheck
    for name in ${toString names}; do
      said=$(env --ignore-environment "$out/bin/$name" --version)
      if [[ "$said" != "$name $version" ]]; then
        echo "error: $name --version says \"$said\", not \"$name $version\""
        exit 1
      fi
    done
    runHook postInstallCheck
  '';

  passthru = { inherit names; };

  meta = {
    description = "Keeps NixOS hosts in sync, upgraded and bootable";
    license = lib.licenses.mit;
    mainProgram = if program == null then "chezmoi-sync" else program;
    platforms = builtins.attrNames bundler.hashes;
  };
}
