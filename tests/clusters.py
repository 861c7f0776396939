"""A private PostgreSQL server in a temporary folder, started for the tests and thrown away."""

import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)


def as_server(*command):
    """Run a command as a user PostgreSQL accepts: it refuses root."""
    demoted = {}
    if os.geteuid() == 0:
        import pwd

        account = pwd.getpwnam("postgres")
        demoted = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **demoted)


class Cluster:
    """Start, restart and stop one server; make databases on it."""

    def __init__(self, folder):
        self.folder, self.bin, self.data = folder, BINARIES[0].parent, folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.password = "geheim-" + secrets.token_hex(4)
        secret = folder / "password"
        secret.write_text(self.password)
        if os.geteuid() == 0:
            shutil.chown(secret, "postgres")
        asked = [
            "-U",
            "kosnote",
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        as_server(self.bin / "initdb", "-D", self.data, *asked)
        self.start()

    def control(self, *arguments):
        # without fsync only a machine that loses power loses data: servers and processes may be killed as before
        known = {"listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "fsync": "off"}
        options = " ".join([f"-p {self.port}", *(f"-c {name}={value}" for name, value in known.items())])
        as_server(self.bin / "pg_ctl", "-D", self.data, "-w", "-o", options, "-l", self.folder / "log", *arguments)

    def start(self):
        self.control("start")

    def stop(self):
        self.control("-m", "immediate", "stop")

    def restart(self):
        self.control("-m", "immediate", "restart")

    def url(self, database):
        return f"postgresql://kosnote:{self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql, database="postgres"):
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "kosnote", "-d", database]
        environment = {**os.environ, "PGPASSWORD": self.password}
        command = [self.bin / "psql", "-X", "-q", "-t", "-A", *where, "-c", sql]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout.strip()

    def create(self, template="template1"):
        """Make a database and return its URL."""
        name = "t" + secrets.token_hex(6)
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)
