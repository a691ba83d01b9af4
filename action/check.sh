#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs `tidegate check` with the inputs of the action, each as one argument. The exit code of the
# step is the program's.
set -euo pipefail
here=$(dirname "$(realpath -- "${BASH_SOURCE[0]}")")
# shellcheck source=action/common.sh
. "$here/common.sh"

arguments=()
paths=()
required=false

# one_of INPUT VALUE CHOICE…
one_of() {
    local input=$1 value=$2 choice
    shift 2
    for choice; do
        [ "$value" != "$choice" ] || return 0
    done
    fail "$input: $value is none of $*"
}

# option NAME VALUE: nothing when the value is empty.
option() {
    [ -z "$2" ] || arguments+=("--$1=$2")
}

# The lines of a text that are not empty, into the array named first.
lines() {
    local -n list=$1
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        # shellcheck disable=SC2034 # it is a name for the caller's array
        [ -z "$line" ] || list+=("$line")
    done <<<"$2"
}

# A report's path is given back as an output.
report() {
    local format=$1 file=$2
    [ -n "$file" ] || return 0
    arguments+=("--output=$format=$file")
    output "$3" "$file" || printf '::warning title=tidegate::the output %s could not be written\n' "$3"
}

one_of scope "$INPUT_SCOPE" new changed-files all
one_of base-missing "$INPUT_BASE_MISSING" fail all
one_of allow-fetch "$INPUT_ALLOW_FETCH" true false
one_of allow-api "$INPUT_ALLOW_API" true false
one_of config-from "$INPUT_CONFIG_FROM" '' base head
one_of annotations "$INPUT_ANNOTATIONS" true false
one_of summary "$INPUT_SUMMARY" true false
one_of check-run "$INPUT_CHECK_RUN" false auto true
one_of commit-status "$INPUT_COMMIT_STATUS" true false
one_of comment "$INPUT_COMMENT" never on-failure always
one_of review "$INPUT_REVIEW" true false

if [ -n "$INPUT_WORKING_DIRECTORY" ]; then
    is_in_workspace "$INPUT_WORKING_DIRECTORY" ||
        fail "working-directory: $INPUT_WORKING_DIRECTORY is not in the workspace"
    cd -- "$INPUT_WORKING_DIRECTORY" || fail "working-directory: $INPUT_WORKING_DIRECTORY can't be entered"
fi

case $INPUT_SCOPE in
all) arguments+=(--all) ;;
*) arguments+=(--base=AUTO "--base-missing=$INPUT_BASE_MISSING") ;;
esac
[ "$INPUT_SCOPE" != changed-files ] || arguments+=(--changed-files)
[ "$INPUT_ALLOW_FETCH" = false ] || arguments+=(--allow-fetch)
[ "$INPUT_ALLOW_API" = false ] || arguments+=(--allow-api)
option fail-on "$INPUT_FAIL_ON"
option config "$INPUT_CONFIG"
option config-from "$INPUT_CONFIG_FROM"
option baseline "$INPUT_BASELINE"
option kubernetes-version "$INPUT_KUBERNETES_VERSION"
option report-name "$INPUT_CHECK_NAME"
[ "$INPUT_ANNOTATIONS" = true ] || arguments+=(--no-annotations)
[ "$INPUT_SUMMARY" = true ] || arguments+=(--no-summary)
[ "$INPUT_CHECK_RUN" = false ] || arguments+=(--report=check-run)
[ "$INPUT_CHECK_RUN" != true ] || required=true
[ "$INPUT_COMMIT_STATUS" = false ] || arguments+=(--report=status)
case $INPUT_COMMENT in
always) arguments+=(--report=comment) ;;
on-failure) arguments+=(--report=comment-on-failure) ;;
esac
[ "$INPUT_REVIEW" = false ] || arguments+=(--report=review)
[ $required = false ] || arguments+=(--require-report)
report json "$INPUT_REPORT_FILE" report-file
report sarif "$INPUT_SARIF_FILE" sarif-file
lines arguments "$INPUT_EXTRA_ARGS"
lines paths "$INPUT_PATHS"

exec "$PROGRAM" check "${arguments[@]}" -- "${paths[@]}"
