"""The READMEs tell the truth: quoted output is what the commands print now, and every command of the tour runs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from evals.recording import PAGES, RECORDED

ROOT = Path(__file__).parents[2]
TWINS = re.compile(r"```sh\n(?P<sh>[^`]*)```\n\n```powershell\n(?P<powershell>.*?)\n```", re.DOTALL)
# What Windows PowerShell 5.1 and a POSIX shell pass on alike: a bare word without a sign that either of them reads, or
# one in double quotes. Not in it: && (5.1 has none), $ and backtick (read inside quotes too), single quotes (cmd has
# none), curly quotes (quotes to PowerShell), @ , ( ) { } and the like, a backslash before a closing quote, "" (5.1
# drops it), and an option with a dot or a colon in it, which PowerShell cuts in two.
WORD = r'(?:(?!-[^ ]*[.:])[\w./\\=-]+|"[^"“”„‟`$\\\n]+")'
NOT_GOOD = {"agent check", "agent facts"}  # the tour shows a bad sentence and a ledger with lapsed facts


def page(name):
    return (ROOT / name).read_text("utf-8")


def tour(name):
    blocks = re.findall(r"```sh\n(.*?)```", page(name), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("agent ")]


@pytest.mark.parametrize("block", RECORDED)
def test_recorded_blocks_are_current(block):
    produced = RECORDED[block]()
    for name in PAGES:
        assert f"<!-- recorded: {block} -->\n{produced}\n<!-- /recorded -->" in page(name), f"{name}: run `make record`"


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_the_tour_runs(name, tmp_path):
    commands = tour(name)
    assert len(commands) >= 9
    for line in commands:
        done = subprocess.run(
            [sys.executable, "-c", "from agent.cli.main import run; run()", *shlex.split(line)[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "KOSNOTE_HOME": str(tmp_path / "home")},
        )
        allowed = {0, 1} if " ".join(line.split()[:2]) in NOT_GOOD else {0}
        assert done.returncode in allowed, f"{line}\n{done.stderr}"
        assert "Traceback" not in done.stderr


def test_the_first_command_of_the_readme_is_the_one_that_drafts():
    first = re.search(r"```sh\n(.*?)\n```", page("README.md"), re.DOTALL).group(1)
    assert "\n" not in first and first.startswith("python3 -m venv") and "agent draft --topic" in first


@pytest.mark.parametrize("target", ["install", "lint", "test", "rules", "eval", "record", "bench"])
def test_the_makefile_has_every_target(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def powershell_words(line):
    """Return the commands of a line of PowerShell, each as its words; refuse all but plain words joined by `;`."""
    if not re.fullmatch(f"{WORD}(; {WORD}| {WORD})*", line):
        raise ValueError(f"not plain: {line}")
    commands = [[]]
    for found in re.finditer(f"(; )|{WORD}", line):
        if found[1]:
            commands.append([])
        else:
            commands[-1].append(found[0].strip('"'))
    return commands


def as_posix(command):
    """Return a command of PowerShell as a POSIX shell runs it: `py`, and what lies in `.venv\\Scripts`."""
    name = PureWindowsPath(command[0])
    if command[0] == "py":
        return ["python", *command[1:]]
    if name.parent != PureWindowsPath(r".venv\Scripts") or any("\\" in word for word in command[1:]):
        raise ValueError(f"unknown command: {command}")
    return [f".venv/bin/{name.name}", *command[1:]]


def made(line):
    """Return the commands that a line of `make` runs on a machine where nothing is installed yet."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    given = ["--dry-run", "--always-make", "VENV=.venv", "PYTHON=python"]
    done = subprocess.run(
        [*shlex.split(line), *given], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )
    found = [re.sub(r"^test -x \S+ \|\| ", "", row) for row in done.stdout.splitlines()]
    return [shlex.split(row) for row in found if not row.startswith(("touch ", "test ", "make"))]


def plain(command):
    """Write a command with the short name of each option, and pip as the program that it is."""
    short = {"--quiet": "-q", "--editable": "-e", "python3": "python"}
    words = [short.get(word, word) for word in command if word != "--disable-pip-version-check"]
    return [".venv/bin/pip", *words[3:]] if words[:3] == [".venv/bin/python", "-m", "pip"] else words


def posix_words(line):
    if line.startswith("make "):
        return [plain(command) for command in made(line)]
    return [plain(shlex.split(command)) for command in line.split(" && ")]


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("name", PAGES)
def test_a_line_of_powershell_does_what_its_twin_does(name):
    twins = list(TWINS.finditer(page(name)))
    assert len(twins) == page(name).count("```powershell") >= 3
    for twin in twins:
        assert [as_posix(c) for c in powershell_words(twin["powershell"])] == posix_words(twin["sh"].strip())


@pytest.mark.parametrize(
    "line",
    [
        "py -m venv .venv && .venv\\Scripts\\pip install .",
        "py -m venv .venv;.venv\\Scripts\\pip install .",
        "py -m venv .venv; ",
        "py -m venv $HOME",
        'py -c "$HOME"',
        'py -c "a`n"',
        "py -c 'pass'",
        'py -c "他说“好”"',
        'py "C:\\a b\\"',
        'py ""',
        'py -c "pass',
        'py a"b"',
        "py -x.y",
        "py --root:here",
        "py a,b",
        "py @names",
        "py (1)",
        "py > out",
        "py\npy",
        "",
    ],
)
def test_what_powershell_reads_otherwise_is_refused(line):
    with pytest.raises(ValueError, match="not plain"):
        powershell_words(line)


def test_a_command_that_only_one_of_the_shells_has_is_refused():
    for command in (["curl", "-s"], ["agent", "demo"], [r".venv\Scripts\agent", r"a\b"], [r"Scripts\pip"]):
        with pytest.raises(ValueError, match="unknown command"):
            as_posix(command)
