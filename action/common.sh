# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts of the action share. They run in the workspace of somebody else's repository:
# nothing there is executed, and every value that comes in is an argument, never a piece of shell.

# An error that shows in the job, and the end. Text of a workflow command is escaped as the runner
# reads it back.
fail() {
    local text=$1
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '::error title=tidegate::%s\n' "$text"
    exit "${2:-2}"
}

# output NAME VALUE: an output of the step, whatever is in the value. A value can't end itself,
# because nobody can guess the delimiter.
output() {
    local delimiter
    delimiter=tidegate_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
}

# Whether a path is the workspace or lies in it, links followed.
is_in_workspace() {
    local path workspace
    [ -n "${GITHUB_WORKSPACE:-}" ] || return 1
    path=$(realpath -m -- "$1")
    workspace=$(realpath -m -- "$GITHUB_WORKSPACE")
    [ "$path" = "$workspace" ] || [ "${path#"$workspace"/}" != "$path" ]
}
