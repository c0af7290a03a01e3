"""Servers killed in the middle of a flood of confirmations: every order is wholly confirmed or wholly pending."""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.server import LOST, at_once, children, database_of_its_own, free_port, kill, running, wait_until

pytestmark = pytest.mark.slow

ORDERS = 160
UNCLEAR = (LOST, 503)


class Flood:
    """Sixteen clients confirm every order, again and again until they are told, while `shots` are fired."""

    def __init__(self, server, shop):
        self.server, self.orders, self.answers = server, shop["orders"], []

    def confirm(self, pk):
        for _ in range(60):
            status, _, _ = self.server.api("POST", f"/orders/{pk}/confirm/")
            self.answers.append((pk, status))
            if status not in UNCLEAR:
                return
            time.sleep(0.5)

    def under_fire(self, *shots):
        share = len(self.orders) // (len(shots) + 1)
        gun = threading.Thread(target=self.fire, args=(shots, share))
        gun.start()
        at_once(self.confirm, self.orders)
        gun.join()

    def fire(self, shots, share):
        for number, shoot in enumerate(shots, 1):
            wait_until(lambda number=number: len(self.told(200)) >= number * share, "nobody is answered")
            shoot()

    def told(self, *statuses) -> set[int]:
        """The orders of which somebody was told this."""
        return {pk for pk, status in list(self.answers) if status in statuses}

    def check(self):
        """All are confirmed in the end, each once: half an order would have been confirmed a second time."""
        after = self.server.call("tests.server.tell_shop")
        assert after["wrong"] == []
        assert {status for _, status in self.answers} <= {200, 409, *UNCLEAR}
        assert self.told(*UNCLEAR), "nobody was hit"
        assert not self.told(409) - self.told(*UNCLEAR), "confirmed before, and nobody was told"
        assert {status for _, status in after["orders"].values()} == {"CONFIRMED"}
        confirmed = [pk for pk, status in self.answers if status == 200]
        assert len(confirmed) == len(set(confirmed)), "a confirmation was forgotten, and made again"
        print(f"{len(confirmed)} confirmed, {len(self.told(*UNCLEAR))} without a clear answer at first")


def test_workers_and_master_of_the_web_server(tmp_path):
    with database_of_its_own(tmp_path) as url, running(tmp_path, url, orders=ORDERS) as (server, shop):
        flood = Flood(server, shop)

        def kill_all_and_start_again():
            server.kill()
            server.start()

        flood.under_fire(server.kill_workers, kill_all_and_start_again, server.kill_workers)
        flood.check()


def programs() -> Path | None:
    """Where initdb is, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else on_path and Path(on_path).resolve().parent


class Cluster:
    """A PostgreSQL of the test's own, which syncs its files as in production."""

    def __init__(self, folder: Path, bin: Path):
        self.data, self.bin, self.port, self.process = folder / "cluster", bin, free_port(), None
        self.data.mkdir()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.who = {}
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            self.who = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(self.data, "postgres", "postgres")
        how = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run([bin / "initdb", *how, "-D", self.data], check=True, cwd="/", capture_output=True, **self.who)

    def start(self):
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "on"}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with open(self.data.parent / "cluster.log", "ab") as log:
            command = [self.bin / "postgres", "-D", self.data, *arguments]
            self.process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **self.who)
        wait_until(self.is_up, "PostgreSQL does not start")

    def is_up(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill_a_backend(self):
        """After which PostgreSQL throws everybody out and recovers by itself."""
        wait_until(self.backends, "nobody is connected")
        kill(self.backends()[0])

    def backends(self) -> list[int]:
        return [pid for pid in children(self.process.pid) if "127.0.0.1" in title(pid)]

    def kill(self):
        others = children(self.process.pid)
        self.process.kill()
        self.process.wait(30)
        for pid in others:
            kill(pid)
        wait_until(lambda: not any(map(title, others)), "PostgreSQL does not die")

    def kill_and_start_again(self):
        self.kill()
        self.start()


def title(pid: int) -> str:
    """The command line of a process; empty if it is dead."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.mark.postgres
def test_the_database_server(tmp_path):
    if (bin := programs()) is None:
        outcome = pytest.fail if os.environ.get("REQUIRE_POSTGRESQL") else pytest.skip
        outcome("no initdb on this machine: the test needs a PostgreSQL of its own to kill")
    with TemporaryDirectory(prefix="minierp-cluster-") as folder:  # pytest's own are closed to other users
        shoot_at(Cluster(Path(folder), bin), tmp_path)


def shoot_at(cluster, folder):
    try:
        cluster.start()
        with running(folder, cluster.url, orders=ORDERS) as (server, shop):
            flood = Flood(server, shop)
            flood.under_fire(cluster.kill_a_backend, cluster.kill_and_start_again)
            wait_until(lambda: server.api("GET", "/products/")[0] == 200, "the server does not find its database again")
            flood.check()
    finally:
        if cluster.process:
            cluster.kill()
