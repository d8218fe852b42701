# What the scripts of this folder share: they source it. It sets a machine up, and does nothing that is done already.
# Everything it says goes to standard error: standard output belongs to the command.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
node24=$root/node_modules/node/bin/node

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Runs a command that has nothing to tell unless it fails.
quietly() {
  local log
  log=$(mktemp)
  if "$@" </dev/null >"$log" 2>&1; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

# One at a time in this checkout: a second one waits, then finds the work done.
alone() {
  mkdir -p "$root/.cache"
  ( flock 9; "$@" 9>&- ) 9>"$root/.cache/setup.lock"
}

# missing FILE-OR-COMMAND=PACKAGE … prints the Debian packages whose file or command is not there.
missing() {
  local pair
  for pair in "$@"; do
    case ${pair%%=*} in
      /*) [ -e "${pair%%=*}" ] ;;
      *) command -v "${pair%%=*}" >/dev/null ;;
    esac || printf '%s ' "${pair#*=}"
  done
}

# debian PACKAGE … installs Debian packages, and says so. Fails where it cannot.
debian() {
  local sudo=()
  if ! command -v apt-get >/dev/null; then
    say "This machine has no apt-get. Install what these Debian packages hold by its own package manager, then start again: $*"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { say "Needed, and only root can install it: apt-get install $*"; return 1; }
    sudo=(sudo)
  fi
  say "Installing with apt-get${sudo:+ (through sudo)}: $*"
  quietly "${sudo[@]}" apt-get update -qq || say "The lists of packages could not be renewed: trying with those that are there"
  quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# The packages that are installed are those of package-lock.json. npm keeps its own note of what it installed;
# packages for other machines are optional and not in it.
packages_installed() {
  node -e '
    const read = file => JSON.parse(require("fs").readFileSync(file, "utf8")).packages
    const wanted = Object.entries(read("package-lock.json")).filter(([path, p]) => path && !p.optional && !p.devOptional)
    const there = read("node_modules/.package-lock.json")
    process.exit(wanted.every(([path, p]) => there[path]?.version === p.version) ? 0 : 1)' 2>/dev/null
}

pcap_works() { "$node24" -e 'require("pcap")' 2>/dev/null; }

# Node 24 comes from the npm package `node`, and the native module `pcap` is built for it, not for the Node that runs npm.
install_packages() {
  cd "$root"
  if ! packages_installed; then
    say "Installing the packages of package-lock.json (npm ci)"
    quietly npm ci --ignore-scripts --include=dev --no-audit --no-fund
  fi
  if ! [ -x "$node24" ]; then
    say "Installing Node $(node -p 'require("./package.json").dependencies.node')"
    install_node
  fi
  if ! pcap_works; then build_pcap; fi
  touch node_modules/.ready
}

# A directory with Node 24's include/node. npm drops it at any later change of packages, and then it is fetched again.
headers() { find -L "$root/node_modules/node" -path '*/include/node/node.h' -printf '%h\n' -quit | sed 's|/include/node$||'; }

install_node() { quietly npm rebuild node; }

build_pcap() {
  local packages
  packages=$(missing g++=build-essential make=build-essential python3=python3 /usr/include/pcap/pcap.h=libpcap-dev | xargs -n1 | sort -u | xargs)
  if [ -n "$packages" ]; then
    # shellcheck disable=SC2086
    debian $packages || exit 1
  fi
  [ -n "$(headers)" ] || install_node
  say "Building the capture module for Node $("$node24" --version)"
  PATH=$(dirname "$node24"):$PATH npm_config_nodedir=$(headers) quietly npm rebuild pcap
  pcap_works || fail "The module pcap was built, but does not load: $("$node24" -e 'require("pcap")' 2>&1 | grep -m1 Error)"
}

# Packages, Node 24 and the capture module. Costs a look at two files when they are there.
setup_packages() {
  command -v node >/dev/null && command -v npm >/dev/null || fail "Spider needs Node 20 or newer and npm to begin with: apt-get install nodejs npm, or https://nodejs.org"
  if ! [ "$root/node_modules/.ready" -nt "$root/package-lock.json" ] || ! [ -x "$node24" ]; then alone install_packages; fi
  PATH=$root/node_modules/.bin:$PATH
}

# What Gocipher compiles its program for the kernel with, and loads it. Only root can use it.
bpf_packages() {
  [ "$(id -u)" = 0 ] && [ "$(uname -s)" = Linux ] || return 0
  compgen -c clang | grep -qxE 'clang(-[0-9]+)?' || printf 'clang '
  missing /usr/include/bpf/bpf_helpers.h=libbpf-dev /usr/include/linux/bpf.h=linux-libc-dev
}

setup_bpf() {
  local packages
  packages=$(bpf_packages)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || debian $packages || say "Left out: decrypting TLS with secrets of running processes, which needs $packages"
}

# The page, built when something it is made of is newer.
build_ui() {
  cd "$root"
  [ -f ui/dist/index.html ] && [ -z "$(find ui engines events package-lock.json -path ui/dist -prune -o -newer ui/dist/index.html -print -quit)" ] && return
  say "Building the page"
  quietly npm run --silent build:ui
  touch ui/dist/index.html
}

setup_ui() { alone build_ui; }
