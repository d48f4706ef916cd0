#!/bin/sh
# Run a command with machine code that is ready: numba loads it only from a folder that it may write to, so each container
# gets a copy of what the image holds, a few megabytes. Where there is no place for one, the loops are compiled anew.
set -eu
if [ -z "${NUMBA_CACHE_DIR:-}" ] && copy=$(mktemp -d "${TMPDIR:-/tmp}/machine-code.XXXXXX" 2> /dev/null); then
    cp -R "$TERMMINE_MACHINE_CODE/." "$copy"
    export NUMBA_CACHE_DIR="$copy"
fi
exec "$@"
