# shellcheck shell=bash
# What the scripts beside this file share; they source it after changing to the repository's root.

# EX_UNAVAILABLE of sysexits.h, as tenfold itself uses it.
readonly unavailable=69
readonly oldest_swift=6.2

say() { printf '%s\n' "$*" >&2; }

# Ends with a sentence unless a Swift toolchain of at least $oldest_swift is there.
require_swift() {
  local version
  if ! version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -1) \
    || [ -z "$version" ]; then
    say "There is no Swift toolchain on the PATH; install Swift $oldest_swift or newer from https://www.swift.org/install/linux/."
    exit $unavailable
  fi
  if [ "$(printf '%s\n' "$oldest_swift" "$version" | sort -V | head -1)" != "$oldest_swift" ]; then
    say "Swift $version is too old; install $oldest_swift or newer from https://www.swift.org/install/linux/."
    exit $unavailable
  fi
}

# Installs Debian packages: as root at once, otherwise it ends with the line to run.
install_packages() {
  if [ "$(id -u)" != 0 ]; then
    say "Missing: $*. Run this, then start again:"
    say "  sudo apt-get update && sudo apt-get install -y $*"
    exit $unavailable
  fi
  say "Installing $*"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Any BLAS would do (--blas PATH); this is the default one.
require_openblas() {
  # ldconfig lives in /sbin, which is not on every PATH.
  if ! PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep 'libopenblas\.so\.0' >/dev/null; then
    install_packages libopenblas-dev
  fi
}

# Builds the executable as it is shipped: optimised, with the Swift runtime inside.
build_release() {
  say "Building tenfold (seconds when nothing changed, minutes the first time)"
  swift build -c release --static-swift-stdlib --product tenfold >&2
}

# Where build_release puts the executable.
release_executable() {
  printf '%s/tenfold\n' "$(swift build -c release --static-swift-stdlib --show-bin-path)"
}

# The source revision for the record, marked when the working tree differs from it.
source_revision() {
  local revision
  revision=$(git rev-parse HEAD 2>/dev/null) || { echo unknown; return; }
  [ -z "$(git status --porcelain 2>/dev/null)" ] || revision="$revision-modified"
  echo "$revision"
}
