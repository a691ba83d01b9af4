/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of rules about what `tidegate sync` does not do, and why. */
#include "diag/rule_text.h"

RULE(SYNC_OTHER_OWNER, .summary = "the object is there already and belongs to somebody else",
     .why = "The cluster has an object of this kind and name, and it carries the marks of another "
            "set, of another tool, or of nobody known. Taking it would have two of them undo each "
            "other, and a later prune by either would delete it. So nothing of the set is written.",
     .fix = "Leave the object to its owner, or declare that the set takes it: `adopt` in the "
            "settings of the set names the tool, and the annotation tidegate.dev/adopt: \"true\" "
            "takes one object. What moves between two sets is taken out of the one in the commit "
            "that brings it to the other.");

RULE(SYNC_CONFLICT, .summary = "another field manager owns a field that the set must not take",
     .why = "The settings say `then: stop` for this field, and somebody else owns it with another "
            "value. Nothing of the set is written.",
     .fix =
         "Leave the field out of the manifest, have the other one give it up, or change the rule "
         "in `conflicts`.");

RULE(SYNC_IMMUTABLE, .summary = "a field can't be changed, and the object may not be replaced",
     .why = "The server never changes this field. Only deleting the object and making it anew gets "
            "there, which interrupts what it does and may lose data, so that is done only where it "
            "was declared. Nothing of the set is written.",
     .fix = "Leave the field as it is, give the object another name, or allow the replacement: "
            "annotate it with tidegate.dev/replace: \"true\", or name it in `replace` of the "
            "settings.");

RULE(SYNC_NAMELESS, .summary = "an object without a name of its own can't be synced",
     .why = "With generateName the server makes up a name, so that each sync would make one more "
            "object, and none of them could be found again.",
     .fix = "Give the object a name.");

RULE(SYNC_PRUNE_HELD,
     .summary = "an object is no longer wanted, and its deletion waits for approval",
     .why =
         "More would be deleted at once than may be, or the object takes other things along: a "
         "Namespace all that is in it, a claim or volume its data, a definition all its objects. "
         "A mistake in a path or a name looks just the same, so somebody has to say that it is "
         "none. Everything else of the set is applied.",
     .fix = "Bring the object back, or approve it in the message of a commit with a line "
            "`Tidegate-Prune: SET`, or `Tidegate-Prune: SET/Kind/NAMESPACE/NAME` for one object.");

RULE(
    SYNC_EMPTY_SET, .summary = "the set wants nothing any more",
    .why = "A set that had objects has none in this commit. Most often a path was moved or emptied "
           "by mistake, and taking it at its word would delete all that the set has.",
    .fix = "Bring the objects back; remove the set itself from the configuration, with "
           "`on-remove: delete` if they are to go; or approve it with a line `Tidegate-Prune: SET` "
           "in the message of the commit.");

RULE(SYNC_NOT_APPLIED, .summary = "the server refused an object while the set was written",
     .why = "The dry run of all objects was well, and one was refused when it was written: some "
            "things no dry run sees, an address that is in use already for one, and others change "
            "in between. Nothing new was begun after it; what was written is in the inventory, so "
            "that the next commit or a rollback takes care of it.",
     .fix = "Change what the server names, or go back with `tidegate rollback`.");

RULE(SYNC_UNHEALTHY, .summary = "an object does not get as it was asked for",
     .why = "All objects are written, and this one failed or took longer than the set waits. What "
            "is no longer wanted was not deleted, so what ran before is still there as far as it "
            "can be.",
     .fix =
         "See what the object says of itself. With `rollback: true` the last good revision comes "
         "back by itself.");
