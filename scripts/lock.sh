#!/usr/bin/env bash
# Renews the lock files: exact versions, hashes, every Python that we support, and no download address.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-annotate --no-header --quiet pyproject.toml "$@"; }
compile --group build --output-file requirements/base.lock
compile --group build --group dev --constraint requirements/base.lock --output-file requirements/dev.lock
compile --group build --extra whisper --constraint requirements/base.lock --output-file requirements/whisper.lock
