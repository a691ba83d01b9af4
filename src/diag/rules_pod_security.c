/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the checks of the Pod Security Standards. Examples are a namespace with a level, and a
 * Pod in it. */
#include "diag/rule_text.h"

#define NAMESPACE(level)                                                                           \
    "apiVersion: v1\n"                                                                             \
    "kind: Namespace\n"                                                                            \
    "metadata:\n"                                                                                  \
    "  name: shop\n"                                                                               \
    "  labels:\n"                                                                                  \
    "    pod-security.kubernetes.io/enforce: " level "\n"                                          \
    "---\n"                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata:\n"                                                                                  \
    "  namespace: shop\n"                                                                          \
    "  name: web\n"

#define BASELINE   NAMESPACE("baseline")
#define RESTRICTED NAMESPACE("restricted")

#define CONTAINER                                                                                  \
    "  containers:\n"                                                                              \
    "    - name: web\n"                                                                            \
    "      image: shop/web:1.4.2\n"

#define SECURITY     "      securityContext:\n"
#define ESCALATION   "        allowPrivilegeEscalation: false\n"
#define CAPABILITIES "        capabilities:\n          drop: [ALL]\n"
#define NON_ROOT     "        runAsNonRoot: true\n"
#define SECCOMP      "        seccompProfile:\n          type: RuntimeDefault\n"

/* All that restricted asks of a container. */
#define HARDENED CONTAINER SECURITY ESCALATION CAPABILITIES NON_ROOT SECCOMP

RULE(POD_APP_ARMOR, .summary = "a Pod switches AppArmor off where the namespace forbids it",
     .why = "Nodes with AppArmor confine each container by a profile. `Unconfined` lifts that, "
            "and the level baseline does not let a namespace's Pods do so: the API server "
            "refuses the Pod.",
     .bad = BASELINE "spec:\n" CONTAINER SECURITY
                     "        appArmorProfile:\n          type: Unconfined\n",
     .good = BASELINE "spec:\n" CONTAINER SECURITY
                      "        appArmorProfile:\n          type: RuntimeDefault\n",
     .fix = "Use `RuntimeDefault`, a `Localhost` profile, or leave the field out.");

RULE(POD_CAPABILITIES, .summary = "a container adds a Linux capability that baseline forbids",
     .why = "Capabilities beyond the runtime's usual ones, such as SYS_ADMIN or NET_RAW, reach "
            "into the node's kernel. In a namespace of level baseline the API server refuses "
            "Pods that add them.",
     .bad = BASELINE "spec:\n" CONTAINER SECURITY
                     "        capabilities:\n          add: [SYS_ADMIN]\n",
     .good = BASELINE "spec:\n" CONTAINER SECURITY
                      "        capabilities:\n          add: [NET_BIND_SERVICE]\n",
     .fix = "Leave the capability out. What can't live without it belongs into a namespace of "
            "its own with the level privileged.");

RULE(POD_HOST_NAMESPACES, .summary = "a Pod shares network, processes or IPC with its node",
     .why = "With hostNetwork, hostPID or hostIPC a Pod sees and reaches what runs on the node "
            "beside it. The level baseline forbids all three, so the API server refuses the Pod.",
     .bad = BASELINE "spec:\n  hostNetwork: true\n" CONTAINER,
     .good = BASELINE "spec:\n  hostNetwork: false\n" CONTAINER,
     .fix = "Remove the field, or move agents that need it into a namespace of level "
            "privileged.");

RULE(POD_HOST_PATH, .summary = "a Pod mounts a folder of its node",
     .why = "A hostPath volume reads, and mostly writes, the node's own files, which is a short "
            "way to own the node. The level baseline forbids it, so the API server refuses the "
            "Pod.",
     .bad = BASELINE "spec:\n" CONTAINER "  volumes:\n"
                     "    - name: logs\n      hostPath:\n        path: /var/log\n",
     .good = BASELINE "spec:\n" CONTAINER "  volumes:\n    - name: logs\n      emptyDir: {}\n",
     .fix = "Use emptyDir, a claim, a ConfigMap or a CSI volume. Agents that read the node need a "
            "namespace of level privileged.");

RULE(POD_HOST_PORTS, .summary = "a container opens a port on its node",
     .why = "A hostPort takes a port of the node away from everybody else and goes around "
            "Services and network policies. The level baseline forbids it, so the API server "
            "refuses the Pod.",
     .bad = BASELINE "spec:\n" CONTAINER "      ports:\n"
                     "        - containerPort: 8080\n          hostPort: 8080\n",
     .good = BASELINE "spec:\n" CONTAINER "      ports:\n        - containerPort: 8080\n",
     .fix = "Remove hostPort and reach the Pod through a Service.");

RULE(POD_HOST_PROBES, .summary = "a probe or lifecycle hook names a host of its own",
     .why = "The kubelet makes these calls from the node's network. With a host other than the "
            "Pod they can be pointed at whatever the node can reach. Since version 1.34 of the "
            "standards baseline forbids it, so the API server refuses the Pod.",
     .bad = BASELINE "spec:\n" CONTAINER "      livenessProbe:\n        httpGet:\n"
                     "          host: 192.0.2.17\n          port: 8080\n",
     .good = BASELINE "spec:\n" CONTAINER "      livenessProbe:\n        httpGet:\n"
                      "          port: 8080\n",
     .fix = "Remove host: the Pod's own address is what is asked then.");

RULE(POD_PRIVILEGED, .summary = "a container is privileged where the namespace forbids it",
     .why = "A privileged container has all that root on the node has. The level baseline "
            "forbids it, so the API server refuses the Pod; of a Deployment it takes the object, "
            "and no Pod ever comes.",
     .bad = BASELINE "spec:\n" CONTAINER SECURITY "        privileged: true\n",
     .good = BASELINE "spec:\n" CONTAINER SECURITY "        privileged: false\n",
     .fix = "Remove the field, or move the workload into a namespace of level privileged.");

RULE(POD_PROC_MOUNT, .summary = "a container unmasks /proc where the namespace forbids it",
     .why = "The runtime hides parts of /proc that tell about the node or change it. Unmasked, "
            "they are open to the container. The level baseline forbids that except, since "
            "version 1.35, for Pods with users of their own.",
     .bad = BASELINE "spec:\n  hostUsers: true\n" CONTAINER SECURITY
                     "        procMount: Unmasked\n",
     .good = BASELINE "spec:\n" CONTAINER SECURITY "        procMount: Default\n",
     .fix = "Remove procMount, or give the Pod users of its own with `hostUsers: false`.");

RULE(POD_SE_LINUX, .summary = "a Pod chooses an SELinux context that baseline forbids",
     .why = "Types other than those made for containers, and any user or role, can lift the "
            "confinement that SELinux gives. The level baseline forbids them, so the API server "
            "refuses the Pod.",
     .bad = BASELINE
     "spec:\n  securityContext:\n    seLinuxOptions:\n      type: spc_t\n" CONTAINER,
     .good = BASELINE
     "spec:\n  securityContext:\n    seLinuxOptions:\n      type: container_t\n" CONTAINER,
     .fix = "Use container_t, container_init_t, container_kvm_t or container_engine_t, without "
            "user and role.");

RULE(POD_SECCOMP, .summary = "a Pod switches seccomp off where the namespace forbids it",
     .why = "seccomp keeps a container from system calls that it does not need. `Unconfined` "
            "lifts it, which the level baseline does not allow: the API server refuses the Pod.",
     .bad = BASELINE
     "spec:\n  securityContext:\n    seccompProfile:\n      type: Unconfined\n" CONTAINER,
     .good = BASELINE
     "spec:\n  securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n" CONTAINER,
     .fix = "Use `RuntimeDefault`, a `Localhost` profile, or leave the field out.");

RULE(POD_SYSCTLS, .summary = "a Pod sets a kernel parameter that baseline forbids",
     .why = "Most kernel parameters are shared with the node and its other Pods. The level "
            "baseline allows the few that are not; for others the API server refuses the Pod.",
     .bad = BASELINE "spec:\n  securityContext:\n    sysctls:\n"
                     "      - name: net.core.somaxconn\n        value: \"1024\"\n" CONTAINER,
     .good = BASELINE "spec:\n  securityContext:\n    sysctls:\n"
                      "      - name: net.ipv4.tcp_syncookies\n        value: \"1\"\n" CONTAINER,
     .fix = "Set the parameter on the nodes, or move the workload into a namespace of level "
            "privileged.");

RULE(POD_HOST_PROCESS, .summary = "a Windows container runs as a process of its node",
     .why = "A HostProcess container has the node's own rights. The level baseline forbids it, so "
            "the API server refuses the Pod.",
     .bad = BASELINE "spec:\n  hostNetwork: true\n  os:\n    name: windows\n"
                     "  securityContext:\n    windowsOptions:\n      hostProcess: true\n"
                     "      runAsUserName: NT AUTHORITY\\SYSTEM\n" CONTAINER,
     .good = BASELINE "spec:\n  os:\n    name: windows\n" CONTAINER,
     .fix = "Remove hostProcess, or move the workload into a namespace of level privileged.");

RULE(POD_ESCALATION, .summary = "a container may gain more rights than its parent process",
     .why = "Without `allowPrivilegeEscalation: false` a set-uid program can turn into root. The "
            "level restricted wants it said for every container, init containers included; "
            "otherwise the API server refuses the Pod.",
     .bad = RESTRICTED "spec:\n" CONTAINER SECURITY CAPABILITIES NON_ROOT SECCOMP,
     .good = RESTRICTED "spec:\n" HARDENED,
     .fix = "Write `allowPrivilegeEscalation: false` into each container's securityContext.");

RULE(POD_ALL_CAPABILITIES, .summary = "a container keeps Linux capabilities",
     .why = "The level restricted wants every container to drop all capabilities and lets it add "
            "only NET_BIND_SERVICE; otherwise the API server refuses the Pod.",
     .bad = RESTRICTED "spec:\n" CONTAINER SECURITY ESCALATION NON_ROOT SECCOMP,
     .good = RESTRICTED "spec:\n" HARDENED,
     .fix = "Write `capabilities: {drop: [ALL]}` into each container's securityContext.");

RULE(POD_PROC_MOUNT_ALWAYS, .summary = "a container unmasks /proc in a restricted namespace",
     .why = "Since version 1.35 of the standards the level baseline lets Pods with users of their "
            "own unmask /proc. The level restricted does not, so the API server refuses the Pod.",
     .bad = RESTRICTED "spec:\n  hostUsers: false\n" HARDENED "        procMount: Unmasked\n",
     .good = RESTRICTED "spec:\n  hostUsers: false\n" HARDENED, .fix = "Remove procMount.");

RULE(POD_VOLUMES, .summary = "a Pod has a volume of a type that restricted forbids",
     .why = "The level restricted allows configMap, csi, downwardAPI, emptyDir, ephemeral, image, "
            "persistentVolumeClaim, projected and secret. With any other type the API server "
            "refuses the Pod.",
     .bad = RESTRICTED "spec:\n" HARDENED "  volumes:\n    - name: files\n      nfs:\n"
                       "        server: 192.0.2.17\n        path: /files\n",
     .good = RESTRICTED "spec:\n" HARDENED "  volumes:\n    - name: files\n"
                        "      persistentVolumeClaim:\n        claimName: files\n",
     .fix = "Put the storage behind a PersistentVolume and claim it.");

RULE(POD_NON_ROOT, .summary = "a container may run as root",
     .why = "The level restricted wants `runAsNonRoot: true` of the Pod or of each container, and "
            "the kubelet then does not start an image that is root; otherwise the API server "
            "refuses the Pod.",
     .bad = RESTRICTED "spec:\n" CONTAINER SECURITY ESCALATION CAPABILITIES SECCOMP,
     .good = RESTRICTED "spec:\n" HARDENED,
     .fix = "Write `runAsNonRoot: true` into the Pod's securityContext, and use an image that has "
            "a user.");

RULE(POD_USER, .summary = "a Pod asks for user 0, which is root",
     .why = "The level restricted does not allow `runAsUser: 0`, so the API server refuses the "
            "Pod. The kubelet would not start it either, as it may not be root.",
     .bad = RESTRICTED "spec:\n" HARDENED "        runAsUser: 0\n",
     .good = RESTRICTED "spec:\n" HARDENED "        runAsUser: 1000\n",
     .fix = "Use the number of a user that is not root, or leave it to the image.");

RULE(POD_SECCOMP_SET, .summary = "a Pod has no seccomp profile",
     .why = "The level restricted wants a profile for all containers, the Pod's or their own; "
            "without one the API server refuses the Pod.",
     .bad = RESTRICTED "spec:\n" CONTAINER SECURITY ESCALATION CAPABILITIES NON_ROOT,
     .good = RESTRICTED "spec:\n" HARDENED,
     .fix = "Write `seccompProfile: {type: RuntimeDefault}` into the Pod's securityContext.");
