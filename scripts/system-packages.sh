#!/usr/bin/env bash
# Installs the system packages named on the command line if they are missing: with apt where there is root or sudo,
# else it prints the one line to run. Usage: system-packages.sh PROGRAM=PACKAGE …
set -euo pipefail
missing=()
for pair in "$@"; do
    program=${pair%%=*} package=${pair#*=}
    case "$program" in
        /*) compgen -G "$program" >/dev/null || missing+=("$package") ;;
        py:*) "${PYTHON:-python3}" -c "import ${program#py:}" 2>/dev/null || missing+=("$package") ;;
        *) command -v "$program" >/dev/null || missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -eq 0 ] && exit 0
line="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    echo "Please install these with your system's package manager, then run this again: ${missing[*]}" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo"; else
    echo "Some system packages are missing. Please run this line, then try again:" >&2
    echo "    sudo sh -c 'apt-get update && $line'" >&2
    exit 1
fi
echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -qq
$run $line -qq >/dev/null
