#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Finds, downloads or builds the program, and says where it is in the output `program`. It is kept
# below the runner's tool cache or temporary folder: a pull request can put files into the
# workspace, but not there.
set -euo pipefail
here=$(dirname "$(realpath -- "${BASH_SOURCE[0]}")")
# shellcheck source=action/common.sh
. "$here/common.sh"

platform=$(uname -sm | tr 'A-Z ' 'a-z-')
store=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:?the runner sets neither RUNNER_TOOL_CACHE nor RUNNER_TEMP}}/tidegate

use() {
    output program "$1" ||
        fail "the output of this step can't be written, so the next one can't find the program" 4
    "$1" version || fail "$1 does not run on this machine"
    exit 0
}

given() {
    local path
    case $INPUT_BINARY in
    */*) path=$(realpath -m -- "$INPUT_BINARY") ;;
    *) path=$(type -P -- "$INPUT_BINARY" || true) ;;
    esac
    if [ ! -f "$path" ] || [ ! -x "$path" ]; then
        fail "binary: there is no program $INPUT_BINARY"
    fi
    ! is_in_workspace "$path" || fail "binary: $INPUT_BINARY is in the workspace, where a pull request can put it"
    use "$path"
}

# The version that is wanted and its checksum, from the action's own table; nothing when the table
# has no release at all for this machine.
release() {
    awk -v version="$INPUT_VERSION" -v platform="$platform" '
        /^[0-9]/ && $2 == platform && (version == "" || $1 == version) { line = $1 " " $3 }
        END { if (line) print line }' "$here/releases.txt"
}

is_sum() {
    printf '%s  %s\n' "$1" "$2" | sha256sum --check --status
}

# The archive is kept, and its checksum is asked every time; the program is unpacked for this job.
download() {
    local version=$1 sum=$2 archive url
    archive=$store/$sum.tar.gz
    if [ ! -f "$archive" ] || ! is_sum "$sum" "$archive"; then
        [[ ${ACTION_REPOSITORY:=${GITHUB_ACTION_REPOSITORY:-}} =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]] ||
            fail "the runner does not say whose action this is, so there is nowhere to download from; use the input binary"
        url=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases/download/v$version/tidegate-$version-$platform.tar.gz
        curl --fail --silent --show-error --location --retry 3 --connect-timeout 10 --max-time 120 \
            --max-filesize 100000000 --output "$work/archive" -- "$url" ||
            fail "$url can't be downloaded" 4
        is_sum "$sum" "$work/archive" ||
            fail "$url has not the checksum of the action's table; it is not used" 4
        mkdir -p -- "$store"
        mv -- "$work/archive" "$archive"
    fi
    tar -xzf "$archive" -C "$work" --no-same-owner --strip-components=1 ||
        fail "the archive of release $version can't be unpacked" 4
    program=$work/tidegate
}

# From the action's own commit, in a folder of its own.
build() {
    local source build digest
    source=$(dirname "$here")
    ! is_in_workspace "$source" ||
        fail "the action lies in the workspace, so its source is not built; use the input binary"
    digest=$(find "$source/CMakeLists.txt" "$source/src" "$source/schemas" -type f -print0 |
        sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
    build=$store/build-$digest
    if [ ! -x "$build/tidegate" ]; then
        "$source/dev" setup
        cmake -G Ninja -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release ||
            fail "tidegate can't be built here; see the log" 4
        cmake --build "$build" --target tidegate || fail "tidegate can't be built here; see the log" 4
    fi
    program=$build/tidegate
}

[[ ${INPUT_VERSION:=} =~ ^([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?)?$ ]] ||
    fail "version: $INPUT_VERSION is no version as 1.2.3"
[ -z "${INPUT_BINARY:=}" ] || given
read -r version sum <<<"$(release)" || true
if [ -n "$version" ]; then
    work=$(mktemp -d -- "$RUNNER_TEMP/tidegate-XXXXXXXX")
    download "$version" "$sum"
elif [ -n "$INPUT_VERSION" ]; then
    fail "version: the action knows no release $INPUT_VERSION for $platform; leave it out, or use another version of the action"
else
    echo '::group::build tidegate from source'
    build
    echo '::endgroup::'
fi
use "$program"
