/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the rules about objects that SOPS encrypted. */
#include "diag/rule_text.h"

RULE(SECRET_SOPS, .summary = "the manifest is encrypted with SOPS, so its values were not checked",
     .why = "What reaches the cluster is the decrypted object, and tidegate has no key. It "
            "checks the names of the fields and everything that is in the clear, and takes "
            "encrypted values as they are. Applied without decryption, the object would "
            "hold the ciphertext, and its `sops` field is one that the API server does not "
            "know.",
     .bad = "apiVersion: v1\n"
            "kind: Secret\n"
            "metadata:\n"
            "  name: db-login\n"
            "stringData:\n"
            "  password: ENC[AES256_GCM,data:Zm9vYmFy,iv:c29tZSBpdg==,tag:c29tZSB0YWc=,type:str]\n"
            "sops:\n"
            "  age:\n"
            "    - recipient: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n"
            "      enc: not a real key\n"
            "  lastmodified: \"2031-05-17T09:30:00Z\"\n"
            "  mac: ENC[AES256_GCM,data:bWFj,iv:c29tZSBpdg==,tag:c29tZSB0YWc=,type:str]\n"
            "  encrypted_regex: ^(data|stringData)$\n"
            "  version: 3.9.0\n",
     .good = "# the values are filled in inside the cluster, from the secret store\n"
             "apiVersion: v1\n"
             "kind: Secret\n"
             "metadata:\n"
             "  name: db-login\n"
             "type: Opaque\n",
     .fix = "Nothing, if your sync engine decrypts. To check the values as well, decrypt in "
            "a place that has the key: `sops decrypt db-login.yaml | tidegate check -`. Let "
            "SOPS encrypt only values (`encrypted_regex: ^(data|stringData)$`), so that the "
            "rest stays readable in reviews.");

RULE(SECRET_SOPS_PLAIN, .summary = "a value that SOPS is to encrypt stands in plain text",
     .why = "The sops block says which keys are encrypted, and this value is under one of them. "
            "Somebody added or changed it without sops: the secret is in git for all to read, and "
            "the file can't be decrypted any more, because its checksum covers the value.",
     .bad = "apiVersion: v1\n"
            "kind: Secret\n"
            "metadata:\n"
            "  name: db-login\n"
            "stringData:\n"
            "  password: spring-sale\n"
            "sops:\n"
            "  age:\n"
            "    - recipient: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n"
            "      enc: not a real key\n"
            "  lastmodified: \"2031-05-17T09:30:00Z\"\n"
            "  mac: ENC[AES256_GCM,data:bWFj,iv:c29tZSBpdg==,tag:c29tZSB0YWc=,type:str]\n"
            "  encrypted_regex: ^(data|stringData)$\n"
            "  version: 3.9.0\n",
     .good = "# sops decrypts it where it is applied\n"
             "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  currency: EUR\n",
     .fix =
         "Edit such files with `sops FILE`, or run `sops encrypt --in-place FILE` on the decrypted "
         "one. What was pushed is known: replace the password or key where it is used. A value "
         "that is no secret goes where the block does not encrypt, or into another file.");

RULE(SECRET_SOPS_SHAPE, .summary = "what SOPS wrote is not whole, so nobody can decrypt it",
     .why = "SOPS needs its checksum, the time of the last change, a key that it was encrypted "
            "for, and every value as it wrote it. After a merge by hand or a careless edit one of "
            "them is often missing, and that shows when the sync tries to decrypt the file.",
     .bad = "apiVersion: v1\n"
            "kind: Secret\n"
            "metadata:\n"
            "  name: db-login\n"
            "stringData:\n"
            "  password: ENC[AES256_GCM,data:Zm9vYmFy,iv:c29tZSBpdg==,tag:c29tZSB0YWc=,type:str]\n"
            "sops:\n"
            "  age:\n"
            "    - recipient: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n"
            "      enc: not a real key\n"
            "  lastmodified: \"2031-05-17T09:30:00Z\"\n"
            "  encrypted_regex: ^(data|stringData)$\n"
            "  version: 3.9.0\n",
     .good = "# sops decrypts it where it is applied\n"
             "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  currency: EUR\n",
     .fix = "Take the file as it was before (`git checkout`), decrypt it, change it, and let `sops "
            "encrypt` write it again.");
