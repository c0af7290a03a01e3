"""A gigabyte sent to a running server: refused with a sentence, and held in memory nowhere."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

GIGABYTE = 1024**3
PIECE = b"x" * 1024 * 1024
FORM = "multipart/form-data; boundary=BB"
FILE = b'--BB\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
FIELD = b'--BB\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
BEARABLE = 150  # MB


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One worker of gunicorn, and its port."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    environment["DATABASE_URL"] = f"sqlite:///{folder}/empty.sqlite3"
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    for _ in range(100):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        time.sleep(0.1)
    send(port, b"GET /healthz/ HTTP/1.1\r\nHost: localhost\r\n\r\n", [])
    yield process, port
    process.terminate()
    process.wait(20)


def memory(process) -> int:
    """The largest number of MB that a worker has held at once so far."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    states = [Path(f"/proc/{pid}/status").read_text() for pid in children]
    return max(int(re.search(r"VmHWM:\s+(\d+) kB", state)[1]) for state in states) // 1024


def send(port: int, head: bytes, body) -> str:
    """Send as much as the server takes, and read what it says."""
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head)
            for piece in body:
                connection.sendall(piece)
        told = b""
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                told += piece
    return told.decode(errors="replace")


def request(path: str, kind: str, **headers) -> bytes:
    lines = [f"{path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def gigabyte(start: bytes = b""):
    yield start
    for _ in range(GIGABYTE // len(PIECE)):
        yield PIECE


def chunked(start: bytes = b""):
    for piece in gigabyte(start or b" "):
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


API = [("POST /api/v1/auth/login/", "application/json"), ("PUT /api/v1/auth/me/avatar/", FORM)]
ADMIN = [("POST /admin/login/", FORM), ("POST /admin/login/", "application/x-www-form-urlencoded")]
TARGETS = [*API, *ADMIN]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux")
@pytest.mark.parametrize("start", [FILE, FIELD], ids=["file", "field"])
@pytest.mark.parametrize("sent", ["whole", "told too short", "chunked", "chunked and told"])
@pytest.mark.parametrize(("path", "kind"), TARGETS)
def test_a_gigabyte_is_refused_and_held_nowhere(server, path, kind, sent, start):
    process, port = server
    before = memory(process)
    if sent == "whole":
        told = send(port, request(path, kind, Content_Length=GIGABYTE), gigabyte(start))
    elif sent == "told too short":
        told = send(port, request(path, kind, Content_Length=200), gigabyte(start))
    elif sent == "chunked":
        told = send(port, request(path, kind, Transfer_Encoding="chunked"), chunked(start))
    else:
        told = send(port, request(path, kind, Transfer_Encoding="chunked", Content_Length=GIGABYTE), chunked(start))
    assert memory(process) - before < BEARABLE
    status = told.split(" ")[1]
    assert status == "413" if sent == "whole" else status in ("400", "401", "403", "413", "415"), told[:300]
    if sent == "whole":
        assert ("larger than" in told) and ("<h1>" in told or '{"detail"' in told)


def test_a_little_too_large_is_told_at_its_field_and_much_too_large_by_a_page(as_admin, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MAX_IMPORT_BYTES = settings.MAX_IMAGE_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    address = "/admin/inventory/product/import/"
    page = as_admin.post(address, {"stock_mode": "keep", "file": SimpleUploadedFile("a.csv", b"x" * 1_500_000)})
    assert (page.status_code, "larger than 1 MB" in str(page.context["form"].errors["file"])) == (200, True)
    refused = as_admin.post(address, {"stock_mode": "keep", "file": SimpleUploadedFile("a.csv", b"x" * 2_500_000)})
    assert (refused.status_code, "larger than anything" in refused.content.decode()) == (413, True)


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/orders/"])
def test_a_body_that_is_of_no_use_is_read_all_the_same(server, path):
    """Else the connection is reset while it is sent, and the answer is lost with it."""
    _, port = server
    size = 11 * len(PIECE)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(head.encode())
        for _ in range(11):
            time.sleep(0.05)  # the refusal has been decided on long before
            connection.sendall(PIECE)
        assert connection.recv(15).startswith((b"HTTP/1.1 403", b"HTTP/1.1 413"))
