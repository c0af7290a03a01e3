"""What the image, compose and the unit run works, command by command, in a clean copy; and nginx in front of it."""

import json
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.files import picture_data
from tests.server import free_port, wait_until

pytestmark = pytest.mark.slow

ROOT = Path(settings.BASE_DIR)
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
KEY = "x9!fK2_long-enough-and-with-many-different-characters-0123456789"


class Container:
    """A clean copy of the application, in which commands run as they would in the image."""

    def __init__(self, folder: Path):
        self.app, self.port = folder / "app", free_port()
        self.places = {"/data": folder / "data", "/backups": folder / "backups", "/srv/minierp": self.app}
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
        for name in filter(None, files.split("\0")):
            if (ROOT / name).is_file() and not name.startswith("tests/"):
                (self.app / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.app / name)
        (self.app / ".venv" / "bin").mkdir(parents=True)
        for program in ("python", "gunicorn"):
            (self.app / ".venv" / "bin" / program).write_text(
                f'#!/bin/sh\nexec {sys.executable} {"-m gunicorn" if program == "gunicorn" else ""} "$@"\n'
            )
            (self.app / ".venv" / "bin" / program).chmod(0o755)
        self.environment = {
            "PATH": f"{self.app / '.venv' / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin",
            "SECRET_KEY": KEY,
            "DATABASE_URL": f"sqlite:///{folder / 'database.sqlite3'}",
            "BIND": f"127.0.0.1:{self.port}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        } | {name: self.placed(value) for name, value in image_environment().items() if name != "BIND"}

    def placed(self, text: str) -> str:
        for inside, outside in self.places.items():
            text = re.sub(rf"(?<![\w/]){inside}\b", str(outside), text)
        return text.replace("localhost:8000", f"localhost:{self.port}")

    def run(self, command: list[str], **environment) -> str:
        done = subprocess.run(
            [self.placed(part) for part in command],
            cwd=self.app,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"
        return done.stdout

    def start(self, command: list[str], log: Path) -> subprocess.Popen:
        with log.open("wb") as out:
            return subprocess.Popen(
                [self.placed(part) for part in command], cwd=self.app, env=self.environment, stdout=out, stderr=out
            )


def instructions(kind: str) -> list[str]:
    """What stands behind each instruction of this kind in the Dockerfile, on one line."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
    return re.findall(rf"^\s*(?:HEALTHCHECK\b.*?\s)?{kind} +(.+)$", text, re.MULTILINE)


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in shlex.split(line))


def unit(key: str) -> list[str]:
    return shlex.split(re.search(rf"^{key}=(.*)$", (ROOT / "deploy/minierp.service").read_text(), re.MULTILINE)[1])


def steps_before_the_unit_starts() -> list[list[str]]:
    text = (ROOT / "deploy/minierp.service").read_text()
    return [shlex.split(line) for line in re.findall(r"^ExecStartPre=(.*)$", text, re.MULTILINE)]


COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    return Container(tmp_path_factory.mktemp("container"))


@pytest.fixture(scope="module")
def running(container, tmp_path_factory):
    """The container built as the Dockerfile says, its tables made as compose and the unit do, and serving."""
    build(container)
    for service in ("backup", "migrate"):
        container.run(COMPOSE["services"][service]["command"])
    for command in steps_before_the_unit_starts():  # again: nothing is left to do
        container.run(command)
    assert not list(container.places["/backups"].iterdir())  # there was nothing to keep
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    server = container.start(json.loads(instructions("CMD")[-1]), log)
    healthy = json.loads(instructions("CMD")[0])
    wait_until(lambda: is_healthy(container, healthy), "the container does not become healthy")
    yield container, log
    server.terminate()
    server.wait(40)


def is_healthy(container, command) -> bool:
    try:
        container.run(command)
    except AssertionError:
        return False
    return True


def build(container) -> None:
    for line in instructions("RUN"):
        for command in map(shlex.split, line.split(" && ")):
            environment = {}
            while "=" in command[0]:
                name, _, value = command.pop(0).partition("=")
                environment[name] = value
            if command[0] == "useradd":
                assert "--no-create-home" in command  # the machine of the tests gets no user
                continue
            if command[0] == "pip":
                command = ["python", "-m", *command]  # into what is installed: whatever is missing or other fails
            command = [part for part in command if not part.startswith("--owner")]
            container.run(command, **environment)


def test_the_commands_of_compose_and_of_the_unit_are_those_of_the_image(running):
    assert COMPOSE["services"]["web"]["command"] == json.loads(instructions("CMD")[-1])
    assert [Path(part).name for part in unit("ExecStart")] == json.loads(instructions("CMD")[-1])


def test_the_commands_that_compose_suggests_work(running):
    container, _ = running
    suggested = re.findall(r"^# docker compose exec web (.*)$", (ROOT / "compose.yaml").read_text(), re.MULTILINE)
    assert len(suggested) == 2
    answers = {"DJANGO_SUPERUSER_PASSWORD": "correct horse 77", "DJANGO_SUPERUSER_EMAIL": "boss@example.com"}
    answers |= {"DJANGO_SUPERUSER_FIRST_NAME": "B", "DJANGO_SUPERUSER_LAST_NAME": "C"}
    for command in suggested:
        words = shlex.split(command.replace("$(date +%F)", "today"))
        container.run(words + (["--noinput"] if "createsuperuser" in words else []), **answers)
    assert (container.places["/backups"] / "today.zip").is_file()


@pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server on this machine")
def test_the_redis_of_compose_starts_and_says_so():
    service, port = COMPOSE["services"]["redis"], str(free_port())
    server = subprocess.Popen([*service["command"], "--port", port], stdout=subprocess.DEVNULL)
    ping = ["redis-cli", "-p", port, *service["healthcheck"]["test"][2:]]
    try:
        wait_until(lambda: b"PONG" in subprocess.run(ping, capture_output=True).stdout, "Redis does not answer")
    finally:
        server.terminate()
        server.wait(20)


# nginx


@pytest.fixture(scope="module")
def nginx(running, tmp_path_factory):
    """The shipped configuration in front of the container, with this machine's ports, certificate and folders."""
    if not NGINX:
        pytest.skip("no nginx on this machine")
    container, log = running
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    subject = ["-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run(make, check=True, capture_output=True)
    plain, secure = free_port(), free_port()
    text = (ROOT / "deploy/nginx.conf").read_text()
    for shipped, here in {
        r"listen \[::\]:.*;": "",
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"listen 443 ": f"listen 127.0.0.1:{secure} ",
        r"erp\.example\.com;": "localhost;",
        r"ssl_certificate .*;": f"ssl_certificate {folder}/cert.pem;",
        r"ssl_certificate_key .*;": f"ssl_certificate_key {folder}/key.pem;",
        r"/var/log/nginx": str(folder),
        r"/srv/minierp/media/": f"{container.environment['MEDIA_ROOT']}/",
        r"127\.0\.0\.1:8000": f"127.0.0.1:{container.port}",
    }.items():
        text, found = re.subn(shipped, here, text)
        assert found, shipped
    (folder / "minierp.conf").write_text(text)
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{main} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}} "
        f"http {{ include /etc/nginx/mime.types; default_type application/octet-stream; {temporary} "
        f"include {folder}/minierp.conf; }}"
    )
    server = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    wait_until(lambda: connects(secure), "nginx does not answer")
    yield f"https://localhost:{secure}", plain, container, log
    server.terminate()
    server.wait(20)


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(address: str, data: bytes | None = None, **headers):
    context = ssl._create_unverified_context()  # the certificate is our own
    request = urllib.request.Request(address, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        return urllib.request.urlopen(request, context=context, timeout=60)
    except urllib.error.HTTPError as refused:
        return refused


def test_nginx_sends_everybody_to_https(nginx):
    _, plain, *_ = nginx
    probe = socket.create_connection(("127.0.0.1", plain))
    probe.sendall(b"GET /admin/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
    answer = probe.recv(1000).decode()
    assert answer.startswith("HTTP/1.1 301") and "Location: https://localhost/admin/" in answer
    probe.close()


def test_pages_and_their_static_files_come_through_nginx(nginx):
    address, *_ = nginx
    page = get(f"{address}/admin/login/")
    text = page.read().decode()
    assert page.status == 200 and page.headers["Strict-Transport-Security"]
    style = re.search(r'href="(/static/[^"]+\.css)"', text)[1]
    answer = get(address + style)
    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (200, "text/css")


def test_an_upload_is_shown_as_a_picture_and_never_as_a_page(nginx):
    address, _, container, _ = nginx
    media = Path(container.environment["MEDIA_ROOT"])
    (media / "a.webp").write_bytes(picture_data("WEBP"))
    (media / "b.webp").write_bytes(b"<script>alert(1)</script>")
    for name in ("a.webp", "b.webp"):
        answer = get(f"{address}/media/{name}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/webp")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_body_beyond_any_file_is_refused_by_nginx(nginx):
    address, *_ = nginx
    assert get(f"{address}/api/v1/auth/login/", b"x" * (13 * 1024 * 1024)).status == 413
    smaller = get(f"{address}/admin/login/", b"x" * (11 * 1024 * 1024))
    assert smaller.status == 403  # by the application: without its cookie


def test_the_address_of_the_client_is_the_one_that_nginx_saw(nginx):
    address, _, _, log = nginx
    get(f"{address}/healthz/", X_Forwarded_For="203.0.113.99", X_Request_ID="made-up-by-the-client")
    get(f"{address}/healthz/")
    wait_until(lambda: log.read_text().count('"GET /healthz/"') >= 2, "nothing is logged")
    lines = [line for line in log.read_text().splitlines() if '"GET /healthz/"' in line]
    assert all(" 127.0.0.1 " in line for line in lines) and "made-up" not in log.read_text()


def test_an_upgrade_may_take_its_time():
    assert unit("TimeoutStartSec") == ["infinity"]  # else systemd ends it after 90 seconds, and begins anew
