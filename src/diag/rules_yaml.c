/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the rules about the text itself: yaml/... and document/... */
#include "diag/rule_text.h"

RULE(YAML_SYNTAX, .summary = "the text is not YAML",
     .why = "The reader gave up at this place, so nothing of this document reaches the "
            "cluster: kubectl, the API server and every GitOps tool refuse it as well. "
            "Often the mistake stands a line or two above the place that is named, where a "
            "quote, a bracket or the indentation went wrong.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: motd\n"
            "data:\n"
            "  greeting: Welcome: mind the tide\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: motd\n"
             "data:\n"
             "  greeting: \"Welcome: mind the tide\"\n",
     .fix = "Look at the named line and the ones above it. Quote text that contains `: ` or "
            "` #` or starts with one of `*&!%@{[|>` or a backtick, indent with spaces and "
            "never with tabs, and close what was opened.");

RULE(YAML_ENCODING, .summary = "the text is not UTF-8, or it contains control characters",
     .why = "YAML is Unicode text. Bytes that are not well-formed UTF-8 (usually an editor "
            "that saved in a legacy encoding such as Latin-1) and control characters other "
            "than tab and line breaks make the API server's reader stop. UTF-16 with a byte "
            "order mark is understood.\n\n"
            "Of a request that is sent as JSON the server, and kubectl of a JSON file, replace "
            "such bytes by U+FFFD and say nothing: what is stored is not what the file says. "
            "It is an error here all the same.",
     .fix = "Save the file as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`. Write a "
            "control character that is really meant as an escape inside double quotes, such "
            "as \"\\x1b\". Keep binary data in `binaryData` of a ConfigMap or `data` of a "
            "Secret, as base64.");

RULE(YAML_DUPLICATE_KEY, .summary = "a key occurs twice in one mapping",
     .why = "Only one of the two values can win. The API server refuses the manifest under "
            "strict validation; tools that are less careful silently keep the last value, "
            "so what is running depends on who applied it.\n\n"
            "Keys that come in through a merge (`<<`) count as well: the server merges in "
            "document order and calls it a duplicate when a key is both merged and written "
            "out. So do keys that look different but become one, such as `on` and `true`.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "data:\n"
            "  LOG_LEVEL: info\n"
            "  REGION: eu-north\n"
            "  LOG_LEVEL: debug\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  LOG_LEVEL: debug\n"
             "  REGION: eu-north\n",
     .fix = "Decide which of the two values is meant and delete the other.");

RULE(YAML_KEY_TYPE, .summary = "a mapping key is not a text, number or boolean",
     .why = "Kubernetes objects are JSON underneath, and a JSON key is a text. The server "
            "turns numbers and booleans into text, but null, lists and mappings as keys are "
            "refused. A null key is often the plain word `null` or `~`; a mapping as a key "
            "is often a template placeholder in double braces that was never filled in.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: status-words\n"
            "data:\n"
            "  \"0\": unpaid\n"
            "  null: unknown\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: status-words\n"
             "data:\n"
             "  \"0\": unpaid\n"
             "  \"null\": unknown\n",
     .fix = "Quote the key. If it is a placeholder, render the template first and check the "
            "result.");

RULE(YAML_VALUE, .summary = "the value has no counterpart in JSON",
     .why = "The API server turns YAML into JSON first. This value cannot be turned: it is "
            "infinity or \"not a number\", its tag does not fit its text (`!!int \"many\"`), or "
            "a merge key (`<<`) brings something that is no mapping. The server refuses the "
            "whole document.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: limits\n"
            "data:\n"
            "  maxOrderValue: .inf\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: limits\n"
             "data:\n"
             "  maxOrderValue: \".inf\"\n",
     .fix = "Quote the value if it is meant as text, write a finite number if it is meant "
            "as a number, and drop a tag that does not fit.");

RULE(YAML_ALIAS, .summary = "an alias names no anchor, contains itself, or expands too far",
     .why = "An alias (`*name`) stands for the node that carries the anchor (`&name`) "
            "earlier in the same document. Anchors do not reach across `---`. An alias "
            "inside its own anchor never ends, and aliases of aliases can blow up a small "
            "file to gigabytes, so the server refuses both.",
     .bad = "apiVersion: v1\n"
            "kind: Service\n"
            "metadata:\n"
            "  name: web\n"
            "  labels: &labels\n"
            "    app: web\n"
            "spec:\n"
            "  selector: *label\n"
            "  ports:\n"
            "    - port: 80\n",
     .good = "apiVersion: v1\n"
             "kind: Service\n"
             "metadata:\n"
             "  name: web\n"
             "  labels: &labels\n"
             "    app: web\n"
             "spec:\n"
             "  selector: *labels\n"
             "  ports:\n"
             "    - port: 80\n",
     .fix = "Use a name that is anchored above in the same document. If the text is no "
            "alias at all, quote it: `\"*\"`.");

RULE(YAML_SEPARATOR, .summary = "a line starts with `---` but is no document separator",
     .why = "kubectl cuts a file into documents before it reads any YAML: each line that "
            "starts with three dashes ends a document, and only blanks or a comment may "
            "follow them on that line. Anything else is refused, even inside a block of "
            "text, where an unindented certificate (`-----BEGIN`) is the usual case.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: cart\n"
            "data:\n"
            "  currency: EUR\n"
            "----\n"
            "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: catalogue\n"
            "data:\n"
            "  currency: EUR\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: cart\n"
             "data:\n"
             "  currency: EUR\n"
             "---\n"
             "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: catalogue\n"
             "data:\n"
             "  currency: EUR\n",
     .fix = "Separate documents with a line of exactly `---`. Indent text that contains "
            "such lines, so that none of them starts in the first column.");

RULE(YAML_DIRECTIVE,
     .summary = "a YAML directive that kubectl and the API server do not understand",
     .why = "kubectl splits at `---`, so a `%YAML` or `%TAG` line becomes a document of its "
            "own and is refused. The API server's reader knows no version but 1.1.",
     .bad = "%YAML 1.2\n"
            "---\n"
            "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: motd\n"
            "data:\n"
            "  greeting: welcome\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: motd\n"
             "data:\n"
             "  greeting: welcome\n",
     .fix = "Delete the directive. No manifest needs one.");

RULE(YAML_JSON_SYNTAX, .summary = "the text starts as JSON but is not JSON",
     .why = "A file whose first character is `{` is a stream of JSON values, one object after "
            "another. One of them breaks at this place, so neither it nor what follows can be "
            "applied. Missing or extra commas and comments are the usual causes.\n\n"
            "Near the start of a file kubectl gives broken JSON a second chance as YAML, which "
            "allows more, such as a comma at the end of a list; farther on it does not.",
     .bad =
         "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"cart\"}}\n"
         "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"shop\"}}\n"
         "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\" \"metadata\": {\"name\": \"bill\"}}\n",
     .good =
         "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"cart\"}}\n"
         "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"shop\"}}\n"
         "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"bill\"}}\n",
     .fix = "Put one comma between members and none after the last, quote keys and text with "
            "double quotes, and remove comments; or write the manifest as YAML.");

RULE(DOCUMENT_IGNORED, .summary = "text that no tool will read",
     .why = "kubectl knows only `---` as a separator and takes the first YAML document of "
            "each part. What stands behind a `...` line or after the end of the document is "
            "dropped without a word, so an object that you see in the file never reaches "
            "the cluster.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: cart\n"
            "data:\n"
            "  currency: EUR\n"
            "...\n"
            "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: catalogue\n"
            "data:\n"
            "  currency: EUR\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: cart\n"
             "data:\n"
             "  currency: EUR\n"
             "---\n"
             "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: catalogue\n"
             "data:\n"
             "  currency: EUR\n",
     .fix = "Separate documents with `---`, or delete what is not meant to be applied.");
