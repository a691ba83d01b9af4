# SPDX-License-Identifier: Apache-2.0
"""Where reports are sent to, and by which way: redirects, certificates, proxies."""
import re
import socket
import ssl
import subprocess
import time

import pytest

from forge import Fault, Forge
from prism import is_listening

RUN, STATUS, COMMENT = ("--report", "check-run"), ("--report", "status"), ("--report", "comment")


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


class Authority:
    """Our own authority, and certificates of it."""

    def __init__(self, path):
        self.path = path
        self.file = path / "ca.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Shop",
                "-keyout", path / "ca.key", "-out", self.file)

    def server(self, name="IP:127.0.0.1"):
        key, asked, given = (self.path / file for file in ("key.pem", "asked.pem", "given.pem"))
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=forge", "-keyout", key,
                "-out", asked, "-addext", "subjectAltName=" + name)
        openssl("x509", "-req", "-in", asked, "-CA", self.file, "-CAkey", self.path / "ca.key",
                "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out", given)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given, key)
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def tls(job, authority):
    with Forge(tls=authority.server()) as forge:
        job.env["GITHUB_API_URL"] = forge.url
        job.env["TIDEGATE_CA_BUNDLE"] = str(authority.file)
        yield forge


def token_of(call):
    return call[3].get("Authorization")


# -- redirects

@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_followed(job, tls, status):
    """As a repository that was renamed gives them: the call stays what it is, with its token."""
    job.pull_request()
    tls.faults.append(Fault("POST", "statuses", status=status, headers={
        "Location": tls.url + "/repos/shop/renamed/statuses/" + job.head}))
    assert job.run(*STATUS, "--require-report").code == 1
    first, second = tls.calls
    assert second[0] == "POST" and second[2] == first[2] and len(tls.statuses) == 1
    assert token_of(first) == token_of(second) == "Bearer very-secret-token"


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirects_to_another_host_lose_the_token(job, tls, authority, status):
    with Forge(tls=authority.server()) as other:
        tls.faults.append(Fault("POST", "statuses", status=status, headers={
            "Location": other.url + "/repos/shop/deploy/statuses/0"}))
        assert job.pull_request().run(*STATUS).code == 1
        assert len(other.calls) == 1 and token_of(other.calls[0]) is None
        assert "very-secret-token" not in str(other.calls)


def test_redirects_to_plain_http_are_not_followed(job, tls, forge):
    job.env["GITHUB_API_URL"] = tls.url
    tls.faults.append(Fault("POST", "statuses", status=307, headers={
        "Location": forge.url + "/repos/shop/deploy/statuses/0"}))
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and forge.calls == [] and "could not be written" in done.err


def test_redirects_have_an_end(job, tls):
    job.pull_request()
    tls.faults += [Fault("POST", "statuses", status=307, headers={
        "Location": tls.url + "/repos/shop/deploy/statuses/" + job.head}) for _ in range(40)]
    done = job.run(*STATUS)
    assert done.code == 1 and len(tls.calls) <= 6 and "redirects" in done.err


def test_pages_on_another_host_are_not_asked_for(job, forge):
    with Forge() as other:
        forge.faults.append(Fault("GET", "comments", status=200, body=[], headers={
            "Link": '<%s/repos/shop/deploy/issues/12/comments?page=2>; rel="next"' % other.url}))
        done = job.pull_request().run(*COMMENT)
        assert done.code == 1 and other.calls == []
        assert "to which no token is sent" in done.err


def test_pages_in_a_circle_have_an_end(job, forge):
    forge.faults += [Fault("GET", "comments", status=200, body=[], headers={
        "Link": '<%s/repos/shop/deploy/issues/12/comments?page=2>; rel="next"' % forge.url})
        for _ in range(200)]
    assert job.pull_request().run(*COMMENT).code == 1
    assert len(forge.comments) == 1


# -- hosts

@pytest.mark.parametrize("url", ["http://api.example.test", "http://127.0.0.1.example.test",
                                 "http://user@127.0.0.1:1", "ftp://127.0.0.1", "nonsense"])
def test_what_is_no_https_is_refused(job, url):
    job.env["GITHUB_API_URL"] = url
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and ("no https URL" in done.err or "GITHUB_API_URL" in done.err), done.err


def test_host_that_is_not_there(job):
    job.env["GITHUB_API_URL"] = "https://127.0.0.1:9"
    done = job.pull_request().run(*STATUS, "--report-timeout", "3")
    assert done.code == 1 and "could not be written" in done.err


# -- certificates

def test_unknown_authority(job, tls):
    job.env.pop("TIDEGATE_CA_BUNDLE")
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and tls.calls == [] and "certificate" in done.err


def test_certificate_of_another_host(job, authority):
    with Forge(tls=authority.server("DNS:other.test")) as forge:
        job.env.update(GITHUB_API_URL=forge.url, TIDEGATE_CA_BUNDLE=str(authority.file))
        done = job.pull_request().run(*STATUS)
        assert done.code == 1 and forge.calls == [] and "could not be written" in done.err


BUNDLES = ("TIDEGATE_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


@pytest.mark.parametrize("name", BUNDLES)
def test_bundles_in_their_order(job, tls, authority, name):
    """The first that is set counts, right or wrong; those behind it do not."""
    (job.path / "other").mkdir()
    wrong = Authority(job.path / "other")
    place = BUNDLES.index(name)
    job.env.pop("TIDEGATE_CA_BUNDLE")
    for other in BUNDLES[place:]:
        job.env[other] = str(wrong.file)
    job.env[name] = str(authority.file)
    job.pull_request().run(*STATUS)
    assert len(tls.statuses) == 1
    for other in BUNDLES[place:]:
        job.env[other] = str(authority.file)
    job.env[name] = str(wrong.file)
    assert "certificate" in job.run(*STATUS).err
    assert len(tls.statuses) == 1


def test_bundle_that_is_not_there(job, tls):
    job.env["TIDEGATE_CA_BUNDLE"] = str(job.path / "missing.pem")
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and tls.calls == [] and "missing.pem" in done.err


# -- proxies

class Proxy:
    """tinyproxy on loopback."""

    def __init__(self, path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.log_file = path / "proxy.log"
        config = path / "proxy.conf"
        config.write_text('Port %d\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 20\n'
                          'LogLevel Connect\nLogFile "%s"\n' % (self.port, self.log_file))
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not is_listening(self.port):
            assert self.process.poll() is None and time.monotonic() < until, "no tinyproxy"
            time.sleep(0.05)

    @property
    def asked(self):
        """The methods of the requests that it got."""
        return re.findall(r"Request \(file descriptor \d+\): (\w+)", self.log_file.read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def proxy(job):
    proxy = Proxy(job.path)
    yield proxy
    proxy.stop()


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_proxy(job, tls, proxy, name):
    job.env[name] = proxy.url
    assert job.pull_request(120).run(*RUN, "--require-report").code == 1
    (run,) = tls.runs.values()
    assert len(run["annotations"]) == 120 and set(proxy.asked) == {"CONNECT"}
    assert "very-secret-token" not in proxy.log_file.read_text()


def test_no_proxy(job, tls, proxy):
    job.env.update(https_proxy=proxy.url, no_proxy="example.test,127.0.0.1")
    job.pull_request().run(*STATUS)
    assert len(tls.statuses) == 1 and proxy.asked == []


def test_plain_http_goes_by_no_proxy(job, forge, proxy):
    """A token in clear must not leave this machine."""
    job.env.update(http_proxy=proxy.url, HTTP_PROXY=proxy.url, all_proxy=proxy.url)
    job.pull_request().run(*STATUS)
    assert len(forge.statuses) == 1 and proxy.asked == []


def test_proxy_that_is_not_there(job, tls):
    job.env["https_proxy"] = "http://127.0.0.1:9"
    done = job.pull_request().run(*STATUS, "--report-timeout", "3")
    assert done.code == 1 and tls.calls == [] and "could not be written" in done.err
