#!/bin/sh
# Makes requirements/*.txt from requirements/*.in: pinned, with hashes, for every supported Python and system. Needs uv.
# run.txt comes first, and the others are held to it, so that one environment can hold all three. The addresses of package
# indexes are left out: each machine has its own.
set -eu
cd -- "$(dirname -- "$0")/../requirements"

pin() {
    uv pip compile --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-annotate --quiet "$@"
}

pin run.in --output-file run.txt
pin test.in --constraint run.txt --output-file test.txt
pin check.in --constraint test.txt --output-file check.txt
