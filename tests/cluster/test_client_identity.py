# SPDX-License-Identifier: Apache-2.0
"""Who asks: certificates, tokens that rotate, programs, service accounts; and which kubeconfig says so."""
import base64
import http.server
import json
import os
import random
import socket
import socketserver
import subprocess
import threading
import time

import pytest

from binaries import ensure
from client_process import ClientProcess, kubeconfig
from cluster import Cluster

V1 = "client.authentication.k8s.io/v1"
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def run(*command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A folder with an authority (ca), the certificates of carol and dave, and a stranger's."""
    folder = tmp_path_factory.mktemp("authority")
    for name in ("ca", "stranger"):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", name + ".key", "-out", name + ".crt", "-subj", "/CN=" + name,
            "-days", "2", cwd=folder)
    for name, signer in (("carol", "ca"), ("dave", "ca"), ("eve", "stranger")):
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", name + ".key", "-out", name + ".csr", "-subj",
            "/O=system:masters/CN=" + name, cwd=folder)
        run("openssl", "x509", "-req", "-in", name + ".csr", "-CA", signer + ".crt", "-CAkey",
            signer + ".key", "-CAcreateserial", "-days", "2", "-out", name + ".crt", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def trusting(authority, request):
    """A cluster that takes client certificates."""
    with Cluster(request.config.getoption("--cluster-version"), controllers=False,
                 flags=["--client-ca-file=%s" % (authority / "ca.crt")]) as running:
        yield running


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def who(process):
    answer = process.call("create", "SelfSubjectReview", "authentication.k8s.io/v1", object=REVIEW)
    return answer["user"] or answer["outcome"]


def who_with(build, **ask):
    env = ask.pop("env", None)
    with ClientProcess(build, env) as process:
        process.open(**ask)
        return who(process)


def refusal(build, connect=True, **ask):
    env = ask.pop("env", None)
    with ClientProcess(build, env) as process:
        answer = process.ask("open", **ask)
        if connect and not answer["error"]:
            answer = process.ask("connect")
        return answer["error"]


# ---- certificates ----

def test_client_certificates(build, trusting, authority, tmp_path):
    files = {"client-certificate": "carol.crt", "client-key": "carol.key"}
    data = {"client-certificate-data": encoded(authority / "carol.crt"),
            "client-key-data": encoded(authority / "carol.key")}
    relative = kubeconfig(authority, trusting, user=files, name="relative")
    inside = kubeconfig(tmp_path, trusting, user=data)
    assert who_with(build, kubeconfig=relative) == "carol"
    assert who_with(build, kubeconfig=inside) == "carol"
    assert who_with(build, kubeconfig=inside, http1=True) == "carol"


def test_bad_client_certificates(build, trusting, authority, tmp_path):
    eve = {"client-certificate": str(authority / "eve.crt"), "client-key": str(authority / "eve.key")}
    assert "401" in refusal(build, kubeconfig=kubeconfig(tmp_path, trusting, user=eve))
    crossed = dict(eve, **{"client-key": str(authority / "carol.key")})
    assert refusal(build, kubeconfig=kubeconfig(tmp_path, trusting, user=crossed))
    missing = dict(eve, **{"client-key": str(authority / "nobody.key")})
    assert "nobody.key can't be read" in refusal(
        build, kubeconfig=kubeconfig(tmp_path, trusting, user=missing))


def test_servers_are_verified(build, trusting, authority, tmp_path):
    def config(**of_cluster):
        return kubeconfig(tmp_path, trusting, **of_cluster)
    stranger = {"certificate-authority": str(authority / "stranger.crt")}
    assert "certificate" in refusal(build, kubeconfig=config(**stranger))
    assert "certificate" in refusal(build, kubeconfig=config(**{"tls-server-name": "other.example"}))
    for name in ("kubernetes.default.svc", "kubernetes"):
        assert who_with(build, kubeconfig=config(**{"tls-server-name": name})) == "admin"
    assert "insecure-skip-tls-verify" in refusal(
        build, kubeconfig=config(**{"insecure-skip-tls-verify": True}))
    system = config()
    text = json.loads(open(system).read())
    del text["clusters"][0]["cluster"]["certificate-authority"]
    (tmp_path / "system").write_text(json.dumps(text))
    assert "certificate" in refusal(build, kubeconfig=str(tmp_path / "system"))
    # The certificate is right, and the file with it holds none.
    (tmp_path / "empty").write_text("")
    assert "holds no certificate" in refusal(
        build, kubeconfig=config(**{"certificate-authority": str(tmp_path / "empty")}))


def test_plain_http_only_to_this_machine(build, trusting, tmp_path):
    path = kubeconfig(tmp_path, trusting, server="http://192.0.2.1:8080")
    assert "no https URL" in refusal(build, kubeconfig=path)


# ---- tokens ----

def test_token_files_rotate(build, cluster, proxy, tmp_path):
    token = tmp_path / "token"
    token.write_text(cluster.tokens["admin"] + "\n")
    proxy.clear()
    with ClientProcess(build) as process:
        process.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port,
                                           user={"tokenFile": "token"}))
        assert who(process) == "admin"
        token.write_text(cluster.tokens["developer"])
        assert who(process) == "admin", "for a minute"
        proxy.fail("401", path="selfsubjectreviews")
        assert who(process) == "developer", "a refusal has it read again"
        token.unlink()
        proxy.fail("401", path="selfsubjectreviews")
        assert who(process) == "developer", "what can't be read just now changes nothing"
        token.write_text("wrong")
        proxy.fail("401", times=1, path="selfsubjectreviews")
        assert who(process) == "unauthorized"
        token.write_text(cluster.tokens["admin"])
        assert who(process) == "admin"


def test_bad_tokens(build, cluster, tmp_path):
    def config(**user):
        return kubeconfig(tmp_path, cluster, user=user)
    assert "401" in refusal(build, kubeconfig=config(token="wrong"))
    planted = "to\r\nX-Planted: ken"
    error = refusal(build, kubeconfig=config(token=planted))
    assert "no token has" in error and "Planted" not in error
    (tmp_path / "blank").write_text("\n")
    assert "holds no token" in refusal(build, kubeconfig=config(tokenFile="blank"))
    assert "can't be read" in refusal(build, kubeconfig=config(tokenFile=str(tmp_path)))


def test_service_accounts(build, cluster, tmp_path):
    account = tmp_path / "account"
    account.mkdir()
    (account / "ca.crt").write_bytes(cluster.certificate.read_bytes())
    (account / "token").write_text(cluster.tokens["developer"])
    (account / "namespace").write_text("shop\n")
    env = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(cluster.port),
           "HOME": str(tmp_path)}
    with ClientProcess(build, env) as process:
        config = process.ask("config", account=str(account))
        assert (config["namespace"], config["server"]) == (
            "shop", "https://127.0.0.1:%d" % cluster.port)
        process.open(account=str(account))
        assert who(process) == "developer"
    assert "there is no context" in refusal(build, account=str(account), env=env,
                                            kubeconfig=str(cluster.kubeconfig), context="none")


def test_impersonates(build, cluster, tmp_path):
    user = {"token": cluster.tokens["admin"], "as": "dora", "as-uid": "7",
            "as-groups": ["system:masters", "cooks"], "as-user-extra": {"Sco/pe": ["a", "b"]}}
    with ClientProcess(build) as process:
        process.open(kubeconfig=kubeconfig(tmp_path, cluster, user=user))
        assert who(process) == "dora"


def test_impersonation_headers(build, cluster, proxy, tmp_path):
    user = {"token": cluster.tokens["admin"], "as": "dora", "as-uid": "7",
            "as-groups": ["system:masters"], "as-user-extra": {"Sco/pe": ["a"]}}
    proxy.clear()
    with ClientProcess(build) as process:
        process.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port, user=user))
    headers = proxy.seen[-1].headers
    assert (headers["Impersonate-User"], headers["Impersonate-Uid"],
            headers["Impersonate-Group"], headers["Impersonate-Extra-sco%2Fpe"]) == (
        "dora", "7", "system:masters", "a")


def test_impersonates_whom_the_caller_says(build, cluster, proxy, tmp_path):
    user = {"token": cluster.tokens["admin"], "as": "dora", "as-groups": ["system:masters"]}
    path = kubeconfig(tmp_path, cluster, port=proxy.port, user=user)
    account = "system:serviceaccount:shop:deployer"
    proxy.clear()
    with ClientProcess(build) as process:
        process.open(kubeconfig=path, impersonate=account,
                     impersonateGroups=["system:authenticated", "cooks"])
        assert proxy.seen[-1].headers["Impersonate-User"] == account
        assert proxy.seen[-1].headers["Impersonate-Group"] == "system:authenticated"
        assert who(process) == account
        answer = process.call("create", "ConfigMap", namespace="default", object={
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "taken"}})
        assert answer["outcome"] == "forbidden", "its own rights count for nothing"


@pytest.mark.parametrize("account", [{"impersonate": "a\r\nX: y"}, {"impersonateGroups": ["a"]},
                                     {"impersonate": "a", "impersonateGroups": ["b\n"]},
                                     {"impersonate": "a", "impersonateGroups": [""]}])
def test_names_that_no_account_has(build, cluster, account):
    with ClientProcess(build) as process:
        answer = process.ask("open", kubeconfig=str(cluster.kubeconfig), **account)
        assert "no account has" in answer["error"]


def test_nothing_is_written_without_the_right(build, cluster, proxy, tmp_path):
    user = {"token": cluster.tokens["admin"]}
    proxy.clear()
    with ClientProcess(build) as process:
        process.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port, user=user),
                     readOnly=True)
        before = len(proxy.seen)
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "unsent"}}
        for verb, more in (("create", {"object": body}), ("apply", {"object": body}),
                           ("delete", {}), ("update", {"object": body})):
            answer = process.call(verb, "ConfigMap", namespace="default", name="unsent", **more)
            assert answer["outcome"] == "refused", answer
            assert "the right to write was lost" in answer["error"]
        assert len(proxy.seen) == before
        assert process.call("create", "ConfigMap", namespace="default", dryRun=True,
                            object=body)["outcome"] == "ok"
        assert process.call("get", "ConfigMap", namespace="default",
                            name="unsent")["outcome"] == "not found"


# ---- programs ----

def program(folder, text, name="login"):
    path = folder / name
    path.write_text("#!/bin/sh\necho x >> '%s/runs'\necho planted-words >&2\n%s\n" % (folder, text))
    path.chmod(0o700)
    return path


def credential(version=V1, **status):
    return "cat <<'END'\n%s\nEND" % json.dumps(
        {"apiVersion": version, "kind": "ExecCredential", "status": status})


def exec_user(command, version=V1, **more):
    return {"exec": {"command": str(command), "apiVersion": version, "interactiveMode": "Never",
                     **more}}


@pytest.mark.parametrize("version", [V1, V1 + "beta1"])
def test_programs_give_tokens(build, cluster, tmp_path, version):
    program(tmp_path, credential(version, token=cluster.tokens["developer"]))
    path = kubeconfig(tmp_path, cluster, user=exec_user("./login", version))
    assert who_with(build, kubeconfig=path, allowExec=True) == "developer"
    assert (tmp_path / "runs").read_text() == "x\n", "once"
    assert "--allow-exec" in refusal(build, kubeconfig=path)


def test_programs_run_again_when_their_credential_ends(build, cluster, proxy, tmp_path):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5))
    program(tmp_path, credential(token=cluster.tokens["admin"], expirationTimestamp=soon))
    path = kubeconfig(tmp_path, cluster, port=proxy.port, user=exec_user("./login"))
    proxy.clear()
    with ClientProcess(build) as process:
        process.open(kubeconfig=path, allowExec=True)
        runs = len((tmp_path / "runs").read_text())
        assert who(process) == "admin"
        assert len((tmp_path / "runs").read_text()) == runs + 2, "it ends in less than 10 seconds"
        program(tmp_path, credential(token=cluster.tokens["admin"]))
        assert who(process) == "admin"
        program(tmp_path, credential(token=cluster.tokens["developer"]))
        assert who(process) == "admin", "without an end it stays"
        proxy.fail("401", path="selfsubjectreviews")
        assert who(process) == "developer"


def test_programs_give_certificates(build, trusting, authority, tmp_path):
    def give(name):
        program(tmp_path, credential(
            clientCertificateData=(authority / (name + ".crt")).read_text(),
            clientKeyData=(authority / (name + ".key")).read_text(),
            expirationTimestamp="2020-01-01T00:00:00+01:00"))
    path = kubeconfig(tmp_path, trusting, user=exec_user("./login"))
    give("carol")
    with ClientProcess(build) as process:
        process.open(kubeconfig=path, allowExec=True)
        assert who(process) == "carol"
        give("dave")
        assert who(process) == "dave"


def test_programs_are_told_what_is_wanted(build, cluster, tmp_path):
    text = 'printf %%s "$KUBERNETES_EXEC_INFO" > "$0.info"; printf %%s "$A$1" > "$0.args"\n' % ()
    path = program(tmp_path, text + credential(token=cluster.tokens["admin"]))
    user = exec_user(path, provideClusterInfo=True, args=["two"], env=[{"name": "A", "value": "one"}])
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "here"}}
    assert who_with(build, allowExec=True, kubeconfig=kubeconfig(
        tmp_path, cluster, user=user, extensions=[extension])) == "admin"
    info = json.loads((tmp_path / "login.info").read_text())
    assert (info["kind"], info["apiVersion"], info["spec"]["interactive"]) == (
        "ExecCredential", V1, False)
    told = info["spec"]["cluster"]
    assert told["server"] == "https://127.0.0.1:%d" % cluster.port
    assert told["config"] == {"audience": "here"}
    assert base64.b64decode(told["certificate-authority-data"]) == cluster.certificate.read_bytes()
    assert (tmp_path / "login.args").read_text() == "onetwo"


@pytest.mark.parametrize("text, words", [
    ("exit 3", "ended with 3"),
    ("echo no json planted-words", "no JSON"),
    ("echo '{}'", "no ExecCredential"),
    (credential(V1 + "beta1", token="planted-words"), "another apiVersion"),
    (credential(), "neither"),
    (credential(token="planted\nwords"), "is none"),
    (credential(clientCertificateData="planted-words"), "without its key"),
    (credential(token="a", expirationTimestamp="planted-words"), "no time"),
    ("kill -9 $$", "ended with 137"),
    ("head -c 3000000 /dev/zero", "too much"),
])
def test_programs_that_fail(build, cluster, tmp_path, text, words):
    program(tmp_path, text)
    error = refusal(build, allowExec=True,
                    kubeconfig=kubeconfig(tmp_path, cluster, user=exec_user("./login")))
    assert words in error and "planted" not in error


def test_programs_of_the_repository_never_run(build, cluster, tmp_path):
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    tree.mkdir()
    outside.mkdir()
    good = credential(token=cluster.tokens["admin"])
    inner, outer = program(tree, good), program(outside, good)
    (outside / "link").symlink_to(inner)
    ask = dict(allowExec=True, repository=str(tree))
    for folder, command, words in ((tree, outer, "stands in the repository"),
                                   (outside, inner, "lies in the repository"),
                                   (outside, outside / "link", "lies in the repository"),
                                   (outside, "../tree/login", "lies in the repository")):
        path = kubeconfig(folder, cluster, user=exec_user(command))
        assert words in refusal(build, kubeconfig=path, **ask)
    assert not (tree / "runs").exists() and not (outside / "runs").exists()
    (outside / "linked").symlink_to(kubeconfig(tree, cluster, user=exec_user(outer)))
    assert "stands in the repository" in refusal(build, kubeconfig=str(outside / "linked"), **ask)
    env = {"PATH": "%s:%s" % (tree, os.environ["PATH"])}
    path = kubeconfig(outside, cluster, user=exec_user("login"))
    assert "lies in the repository" in refusal(build, kubeconfig=path, env=env, **ask)
    env = {"PATH": "%s:%s" % (outside, os.environ["PATH"])}
    with ClientProcess(build, env) as process:
        process.open(kubeconfig=path, **ask)
        assert who(process) == "admin"
    path = kubeconfig(outside, cluster, user=exec_user("no-such-program", installHint="get it"))
    assert "no program 'no-such-program', which the kubeconfig wants: get it" in refusal(
        build, kubeconfig=path, **ask)


def test_files_outside_are_not_sent_by_users_of_the_repository(build, cluster, tmp_path):
    """To a server that the same file names."""
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    tree.mkdir()
    outside.mkdir()
    for folder in (tree, outside):
        (folder / "token").write_text(cluster.tokens["admin"])
    (tree / "link").symlink_to(outside / "token")
    ask = dict(repository=str(tree))
    for file in (str(outside / "token"), "../outside/token", "link"):
        for field in ("tokenFile", "client-key"):
            user = {"token": "a", "client-certificate": "token", "client-key": "token", field: file}
            path = kubeconfig(tree, cluster, user=user)
            assert "does not lie beside it" in refusal(build, kubeconfig=path, **ask)
    assert who_with(build, kubeconfig=kubeconfig(tree, cluster, user={"tokenFile": "token"}),
                    **ask) == "admin"
    path = kubeconfig(outside, cluster, user={"tokenFile": "../outside/token"})
    assert who_with(build, kubeconfig=path, **ask) == "admin"


# ---- proxies ----

class _Tunnel(http.server.BaseHTTPRequestHandler):
    """CONNECT, and what was asked for."""
    seen = []

    def log_message(self, *_):
        """Nothing."""

    def do_CONNECT(self):
        self.seen.append((self.path, self.headers.get("Proxy-Authorization")))
        host, port = self.path.split(":")
        upstream = socket.create_connection((host, int(port)))
        self.send_response(200)
        self.end_headers()
        thread = threading.Thread(target=self._copy, args=(upstream, self.connection), daemon=True)
        thread.start()
        self._copy(self.connection, upstream)

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def test_proxies(build, cluster, tmp_path):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Tunnel)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = "127.0.0.1:%d" % server.server_address[1]
    try:
        of_environment = {"HTTPS_PROXY": "http://" + address, "https_proxy": "http://" + address}
        plain = kubeconfig(tmp_path, cluster)
        assert who_with(build, kubeconfig=plain, env=of_environment) == "admin"
        assert _Tunnel.seen == [], "never to this machine, unless the kubeconfig says so"
        path = kubeconfig(tmp_path, cluster,
                          **{"proxy-url": "http://me:planted@" + address,
                             "tls-server-name": "kubernetes.default.svc"})
        assert who_with(build, kubeconfig=path, env={"NO_PROXY": "*"}) == "admin"
        target, authorization = _Tunnel.seen[0]
        assert target == "127.0.0.1:%d" % cluster.port
        assert base64.b64decode(authorization.split()[1]) == b"me:planted"
    finally:
        server.shutdown()
        server.server_close()
    with ClientProcess(build) as process:
        process.open(kubeconfig=path, patienceMs=300, connect=False)
        error = process.ask("connect")["error"]
        assert error and "planted" not in error


# ---- kubectl as the judge ----

FIELDS = {
    "cluster": ("server", "tls-server-name", "proxy-url", "certificate-authority",
                "certificate-authority-data"),
    "user": ("client-certificate", "client-certificate-data", "client-key", "client-key-data",
             "token", "tokenFile", "as", "as-uid"),
}


def random_files(random_, folder):
    """Some files, in some folders, whose entries collide."""
    names = ["red", "blue", "green"]
    paths = []
    for number in range(random_.randint(1, 4)):
        place = folder / random_.choice(["a", "b", "a/c"])
        place.mkdir(parents=True, exist_ok=True)
        path = place / ("config%d" % number)
        for name in ("ca.crt", "me.crt", "me.key"):
            for each in (place, place.parent):
                (each / name).write_text("%s of %s" % (name, each))
        paths.append(path)
        if random_.random() < 0.1:
            continue  # missing
        config = {"apiVersion": "v1", "kind": "Config"}
        if random_.random() < 0.6:
            config["current-context"] = random_.choice(names + [""])
        for kind, noun, make in (("clusters", "cluster", random_cluster),
                                 ("users", "user", random_user),
                                 ("contexts", "context", random_context)):
            chosen = random_.sample(names, random_.randint(0, 3))
            config[kind] = [{"name": name, noun: make(random_, names, path)} for name in chosen]
        text = "" if random_.random() < 0.05 else json.dumps(config)
        path.write_text(text)
    return paths


def random_cluster(random_, _, path):
    entry = {"server": "https://%s.example:%d" % (path.name, random_.randint(1, 9999))}
    choice = random_.randint(0, 2)
    if choice:
        entry.update([{"certificate-authority": random_.choice(["ca.crt", "../ca.crt", "./ca.crt"])},
                      {"certificate-authority-data": "aGVsbG8="}][choice - 1])
    if random_.random() < 0.3:
        entry["tls-server-name"] = "name.example"
    if random_.random() < 0.3:
        entry["proxy-url"] = random_.choice(["http://proxy:1", "socks5://proxy:2"])
    return entry


def random_user(random_, _, path):
    entry = random_.choice([
        {}, {"token": "t-" + path.name}, {"tokenFile": "token"}, {"token": "t", "tokenFile": "/x/y"},
        {"client-certificate": "me.crt", "client-key": "me.key"},
        {"client-certificate-data": "aGVsbG8=", "client-key-data": "aGVsbG8="}]).copy()
    if random_.random() < 0.3:
        entry["as"] = "somebody"
    if random_.random() < 0.1:
        entry["as-uid"] = "7"
    return entry


def random_context(random_, names, _):
    entry = {"cluster": random_.choice(names), "user": random_.choice(names)}
    if random_.random() < 0.3:
        entry["namespace"] = "shop"
    return entry


def view(kubectl, env, context):
    """What kubectl says, with files read, or None when it takes nothing of it."""
    chosen = ["--context", context] if context else []
    shown = subprocess.run([kubectl, "config", "view", "--minify", "--raw", "--flatten", "-o",
                            "json", *chosen], env=env, capture_output=True, text=True)
    if shown.returncode:
        return None
    config = json.loads(shown.stdout)
    if not config["contexts"] or not config["clusters"] or not config["users"]:
        return None
    context = config["contexts"][0]
    flat = {"context": context["name"], "cluster": context["context"]["cluster"],
            "user": context["context"]["user"]}
    if context["context"].get("namespace"):
        flat["namespace"] = context["context"]["namespace"]
    for noun, fields in FIELDS.items():
        entry = config[noun + "s"][0][noun]
        flat.update({field: entry[field] for field in fields if entry.get(field)})
    for field in flat:
        if field.endswith("-data"):
            flat[field] = base64.b64decode(flat[field]).decode()
    return flat


def flattened(got):
    """The same of ours. kubectl does not say which file a relative tokenFile belongs to."""
    for field in ("certificate-authority", "client-certificate", "client-key"):
        if field in got:
            got[field + "-data"] = open(got.pop(field)).read()
    if got.get("tokenFile", "").endswith("/token"):
        assert os.path.isabs(got["tokenFile"])
        got["tokenFile"] = "token"
    return got


def test_merges_as_kubectl_does(build, request, tmp_path):
    kubectl = ensure(request.config.getoption("--cluster-version"), ["kubectl"])["kubectl"]
    random_ = random.Random(7)
    taken = 0
    for number in range(100):
        folder = tmp_path / str(number)
        paths = random_files(random_, folder)
        listed = [str(path) for path in paths]
        if random_.random() < 0.2:
            listed.insert(random_.randint(0, len(listed)), random_.choice(listed + [""]))
        env = {"KUBECONFIG": ":".join(listed), "HOME": str(tmp_path)}
        for context in ("", "red", "none"):
            wanted = view(kubectl, env, context)
            with ClientProcess(build, env) as process:
                got = process.ask("config", context=context)
            if "error" in got:
                no_user_named = wanted and wanted.get("as-uid") and not wanted.get("as")
                assert wanted is None or no_user_named, (number, context, got, wanted)
                continue
            assert flattened(got) == wanted, (number, context)
            taken += 1
    assert taken >= 40
