/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of rules about files, limits, git, configuration and ignores. No manifest makes them fire,
 * so they have no examples.
 */
#include "diag/rule_text.h"

RULE(FILE_UNREADABLE, .summary = "a file or folder could not be read",
     .why = "It exists, but the system refused it, or it changed while it was read. What "
            "was not read was not checked, so the gate stays closed instead of passing it "
            "unseen.",
     .fix = "Look at the reason in the message: permissions (`ls -l`), a broken link, a "
            "path that is too long, or a disk error. Exclude the path in tidegate.yaml if "
            "it holds no manifests.");

RULE(FILE_SYMLINK, .summary = "a symbolic link was not followed",
     .why = "Links can lead out of the repository, in circles, or to a file that is read "
            "anyway. In a commit a link is only text, so what it points to on one machine "
            "says nothing about another.",
     .fix = "Replace the link by the file, or include what it points to; or exclude the "
            "link in tidegate.yaml if its target is checked elsewhere.");

RULE(FILE_SUBMODULE, .summary = "a submodule was not looked into",
     .why = "The commit holds only the id of a commit in another repository. Its files are "
            "not part of this change and may not even be there, so they are not checked "
            "here.",
     .fix = "Check the other repository by itself, or check its work tree as a path of its "
            "own.");

RULE(FILE_LFS, .summary = "the file is a Git LFS pointer, not the manifest itself",
     .why = "Git LFS keeps the content elsewhere and leaves a small text in its place. "
            "There is no manifest to check before the content has been fetched, so the gate "
            "stays closed.",
     .fix = "Run `git lfs pull` before tidegate, or switch LFS on in the checkout step of "
            "your CI. Better still, keep manifests out of LFS: they are small, and nobody "
            "can review a pointer.");

RULE(FILE_EMPTY, .summary = "nothing was found to check",
     .why = "The paths and patterns match no manifest in the whole tree. A gate that looks "
            "at nothing would pass everything, so this fails on purpose. A change that "
            "merely touches no manifest is fine and does not lead here.",
     .fix = "Check the paths on the command line and `include` and `exclude` in "
            "tidegate.yaml. Manifests end in .yaml, .yml or .json. With `--allow-empty` an "
            "empty repository passes.");

RULE(RENDER_FAILED, .summary = "an overlay or a chart can't be built",
     .why =
         "kustomize or helm refuses it, so whatever applies it after the merge would fail in the "
         "same way, and nothing of it was checked. A chart that was merely found, and neither "
         "declared in tidegate.yaml nor named on the command line, is a warning: it may need "
         "values that nobody gave.",
     .fix =
         "Run the same build where you are: `kustomize build DIR`, or `helm template DIR` with "
         "the values of your set. A chart that needs values gets them in tidegate.yaml: "
         "`sets: [{name: shop, paths: [charts/shop], values: [env/prod.yaml]}]`. A folder that is "
         "no set of its own can be left out with `exclude`.");

RULE(RENDER_REMOTE, .summary = "an overlay or a chart takes something from the network",
     .why = "What a commit means must not depend on what another server answers today, and "
            "tidegate renders without a network, so that nothing of a pull request can reach "
            "one.",
     .fix = "Copy the base into the repository (`kustomize localize`), or vendor the chart: `helm "
            "dependency update` puts it below charts/, and commit that.");

RULE(RENDER_TOOL, .summary = "the program that renders a set is not installed",
     .why = "Overlays are built by kustomize (or kubectl) and charts by helm. Without the program "
            "nothing is known of the objects that they make.",
     .fix = "Install it where tidegate runs, in a folder of PATH outside of the checkout, or name "
            "it in TIDEGATE_KUSTOMIZE or TIDEGATE_HELM. What need not be checked can be left out "
            "with `exclude`, or all of it with `--no-render`.");

RULE(RENDER_POINTER, .summary = "a file of Flux or Argo CD names a folder that is not there",
     .why = "A Kustomization, HelmRelease or Application that names a path of this repository is "
            "taken as what applies that path: with its namespace, its release and its variables. "
            "One that names a path which is not there applies nothing; the engine says so only "
            "after the merge. A path in another repository is not looked at.",
     .fix = "Correct the path, which counts from the top of the repository, or remove the file "
            "together with the folder. Sets that are declared in tidegate.yaml win over such "
            "files.");

RULE(RENDER_SUBSTITUTION, .summary = "variables in a text that Flux can't fill in",
     .why = "With `postBuild` Flux reads every ${ in the built objects as a variable, also those "
            "in scripts. One that it can't read, or a value that makes no YAML, fails the whole "
            "Kustomization, and nothing of it is applied.",
     .fix = "Write `$${` where the text is meant to have `${`, or give the object the annotation "
            "`kustomize.toolkit.fluxcd.io/substitute: disabled`. Forms that Flux knows are "
            "`${VAR}`, `${VAR:=default}`, `${VAR:-default}`, `${VAR:from:length}`, "
            "`${VAR/old/new}`, `${VAR#start}`, `${VAR%end}`, `${VAR^^}`, `${VAR,,}` and "
            "`${#VAR}`.");

RULE(LIMIT_RENDER, .summary = "building an overlay or a chart took more than it may",
     .why = "Time, memory and output of kustomize and helm are limited, so that no pull request "
            "can keep the gate busy or exhaust its machine. What was not built was not checked, so "
            "the gate stays closed.",
     .fix = "Look for a template that repeats itself without end, or split the set.");

RULE(LIMIT_SIZE, .summary = "the input is larger than tidegate takes",
     .why = "Sizes are limited so that one file cannot exhaust the machine that guards the "
            "cluster. What is over the limit was not checked, so the gate stays closed.",
     .fix = "Split the file; the API server would not take objects of that size either. "
            "Exclude the file in tidegate.yaml if it is no manifest.");

RULE(LIMIT_DEPTH, .summary = "the input is nested deeper than tidegate follows",
     .why = "No Kubernetes object comes near the limit, but a file made to break parsers "
            "does. What lies deeper was not checked, so the gate stays closed.",
     .fix = "Flatten the document, or exclude the file in tidegate.yaml if it is no "
            "manifest.");

RULE(LIMIT_COUNT, .summary = "there are more items than tidegate takes",
     .why = "Files, documents, aliases, list items and findings are counted, so that no "
            "input can keep the gate busy forever. What came after the limit was not "
            "checked or not reported, so the gate stays closed.",
     .fix = "Check less at a time: name paths, or exclude in tidegate.yaml what holds no "
            "manifests. If it is findings that are too many, start with the rule that fires "
            "most.");

RULE(GIT_REPOSITORY, .summary = "git data could not be read",
     .why = "The repository is missing, damaged, or does not have what was asked for, such "
            "as a branch that was never fetched. Without it tidegate cannot tell what "
            "changed.",
     .fix = "Run tidegate inside of the work tree, check that the name exists with `git "
            "rev-parse --verify NAME^{commit}`, and look for damage with `git fsck`. To "
            "compare two folders without git, use `--base-dir DIR`.");

RULE(GIT_OWNER, .summary = "the repository belongs to another user, so git data is not trusted",
     .why = "Git's configuration can run commands, so git and tidegate read only "
            "repositories that belong to the user who runs them. In containers and CI the "
            "checkout often belongs to somebody else.",
     .fix = "Say that you trust it: `git config --global --add safe.directory \"$PWD\"`. Or "
            "run the job as the user who owns the checkout.");

RULE(GIT_HISTORY, .summary = "the history that the comparison needs is not there",
     .why = "A shallow clone ends before the commit that both sides have in common, so what "
            "is new cannot be told from what was there before.",
     .fix = "Fetch the history: `git fetch --unshallow`, or a depth of 0 in the checkout "
            "step of your CI. With `--base-missing=all` everything counts as new instead.");

RULE(CONFIG_SYNTAX, .summary = "the configuration file is not valid YAML",
     .why = "Running with half a configuration could let through what you meant to stop, so "
            "tidegate does not start before the file reads.",
     .fix = "Mend the named line. `tidegate init` gives a commented file to start from.");

RULE(CONFIG_UNKNOWN_KEY, .summary = "the configuration has a key that tidegate does not know",
     .why = "A mistyped key would be a setting that silently does nothing, which in a gate "
            "is dangerous.",
     .fix = "Use the name that the hint suggests. A key from a newer tidegate needs the "
            "newer program.");

RULE(CONFIG_VALUE, .summary = "a value in the configuration is not possible",
     .why = "The key is right, but its value has another type, is none of the allowed "
            "words, or contradicts another setting. tidegate does not guess what was meant.",
     .fix = "Change the value as the message says.");

RULE(CONFIG_GATE, .summary = "a feature gate can't be set as the configuration says",
     .why = "An API server of that version does not know the gate, or has it locked, and would not "
            "start with such a flag. The manifests are judged with the gate as it is by default.",
     .fix = "Leave the gate out, or move it into the `cluster:` of a set whose Kubernetes versions "
            "take it.");

RULE(CONFIG_CHANGED, .summary = "this change edits the configuration of the gate itself",
     .why = "A change must not be able to switch off the checks that it is judged by, so the "
            "configuration of the base decides. The new one is tried as well: what would newly "
            "fail under it is told as information.",
     .fix = "Nothing, if the edit is wanted. Look at it twice: it takes effect with the merge, "
            "for everybody.");

RULE(IGNORE_UNUSED, .summary = "an ignore matches no finding",
     .why = "What it hid has been mended, or its pattern has a slip and never matched. Left "
            "in place, it would hide the next finding of its kind without anybody deciding "
            "so.",
     .fix = "Delete it, or correct its rule, path, object or field.");

RULE(IGNORE_EXPIRED, .summary = "an ignore is past its date",
     .why = "Whoever wrote it wanted the finding to come back now. The ignore has no effect "
            "any more, and what it hid is reported again.",
     .fix = "Mend what it hid and delete the ignore, or decide once more and set a new date "
            "with a reason.");

RULE(IGNORE_NOT_ALLOWED, .summary = "an ignore was refused",
     .why = "It lacks what the configuration asks of an ignore, such as a reason, or it "
            "aims at a rule that cannot be ignored at this place. It has no effect: its "
            "findings are reported.",
     .fix = "Add the reason, aim it at one rule, or delete it and mend what it was meant to "
            "hide.");

RULE(IGNORE_NEW, .summary = "this change adds an ignore",
     .why = "An ignore that arrives together with the change it excuses deserves a second "
            "look. It is shown so that a reviewer sees it, and so that the number of "
            "ignores does not grow unseen.",
     .fix = "Nothing, if the reviewers agree with the reason it gives.");

RULE(BASELINE_STALE, .summary = "the baseline excuses a finding that is no longer there",
     .why =
         "Somebody has mended it. The entry that stays behind would excuse the same mistake when "
         "it comes back.",
     .fix =
         "Run `tidegate baseline prune` and commit the file: it takes out what is not needed, and "
         "never adds.");

RULE(BASELINE_CHANGED, .summary = "this change edits the baseline",
     .why = "A finding that a change adds to the baseline is one that nobody will hear of again. A "
            "change must not excuse itself, so the baseline of the base decides; what the new one "
            "excuses takes effect with the merge.",
     .fix = "Nothing, if entries only go. For each that comes ask why it can't be mended now.");
