"""The workflows are as tight as they say, and every command that they and the READMEs name exists."""

import os
import re
import shlex
from pathlib import Path

import pytest
import typer

from agent.yamlsource import read_yaml
from evals.cli import app

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def steps(path):
    jobs = read_yaml(path).value["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def commands(text):
    """Return the commands of a shell text, those joined by && apart and comments cut off."""
    lines = text.replace("\\\n", " ").splitlines()
    return [part.strip() for line in lines for part in line.split(" #")[0].split("&&") if part.strip()]


def evals_problem(words):
    """Say what the command line of the evals lacks; empty when it takes these words."""
    command, rest = typer.main.get_command(app), list(words)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        if name not in command.commands:
            return f"no command {name}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in rest if word.startswith("-") and word.split("=")[0] not in known | {"--help"}]
    return f"no option {unknown}" if unknown else ""


def problem(command):
    words = shlex.split(command)
    if words[0] == "make":
        makefile = (ROOT / "Makefile").read_text("utf-8")
        missing = [word for word in words[1:] if not re.search(rf"^{re.escape(word)}:", makefile, re.MULTILINE)]
        return f"no target {missing}" if missing else ""
    if words[:3] == ["python", "-m", "evals"]:
        return evals_problem(words[3:])
    if words[0] == ".ci/run":
        return "" if os.access(ROOT / words[0], os.X_OK) else "not there, or not executable"
    return ""


def test_both_workflows_are_there():
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "evals.yml"]
    assert any(step.get("run") == ".ci/run" for step in steps(WORKFLOWS[0]))
    lanes = [step["run"] for step in steps(WORKFLOWS[1]) if "run" in step]
    assert "make eval" in lanes and any(line.startswith("python -m evals run --live --k") for line in lanes)


def test_windows_runs_the_very_lines_of_the_readme_in_the_shell_that_comes_with_it():
    job = read_yaml(WORKFLOWS[0]).value["jobs"]["windows"]
    scripts = [step["run"] for step in job["steps"] if step.get("shell") == "powershell"]
    assert job["runs-on"] == "windows-latest" and len(scripts) == len(job["steps"]) - 1
    run = []
    for script in scripts:
        assert script.isascii() and "-Encoding UTF8 README.md" in script, "5.1 reads a script and a page as ANSI"
        assert script.rstrip().endswith("exit $LASTEXITCODE"), "an error of the last command would be lost"
        wanted = re.search(
            r"Matches\(\$page, '(.+)'\)\nInvoke-Expression \$lines\[(\d)\]\.Groups\[1\]\.Value\n", script
        )
        run.append(re.findall(wanted[1], READMES[0].read_text("utf-8"))[int(wanted[2])])
    assert r"\agent draft --topic" in run[0] and r"\python -m pytest" in run[1]


@each_workflow
def test_a_workflow_may_only_read_and_stops_its_forerunner(path):
    workflow = read_yaml(path).value
    assert workflow["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in workflow["jobs"].values())
    assert "github.ref" in workflow["concurrency"]["group"]
    assert "pull_request_target" not in workflow["on"]
    assert all(job["timeout-minutes"] for job in workflow["jobs"].values())


@each_workflow
def test_actions_are_pinned_by_major_version(path):
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)


@each_workflow
def test_nothing_from_outside_is_pasted_into_a_script(path):
    assert not [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


def test_a_pull_request_sees_no_secret():
    jobs = read_yaml(ROOT / ".github" / "workflows" / "evals.yml").value["jobs"]
    for job in jobs.values():
        if "secrets." in str(job):
            assert "github.event_name != 'pull_request'" in job["if"]
    assert "secrets." not in (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")


def test_a_variable_that_is_not_set_reaches_no_library_as_an_empty_one():
    for step in steps(ROOT / ".github" / "workflows" / "evals.yml"):
        for name, value in step.get("env", {}).items():
            assert "vars." not in value or name.startswith("KOSNOTE_"), f"{name}: only our settings ignore empty values"


@each_workflow
def test_every_command_of_a_workflow_exists(path):
    found = [command for step in steps(path) for command in commands(step.get("run", ""))]
    assert found
    assert {command: problem(command) for command in found if problem(command)} == {}


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_command_of_the_evals_in_a_readme_exists(path):
    text = path.read_text("utf-8")
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL) + re.findall("`([^`\n]+)`", text)
    found = [line.removeprefix("$ ") for block in blocks for line in commands(block)]
    named = [line for line in found if line.startswith(("python -m evals", "make "))]
    assert sum(line.startswith("python -m evals") for line in named) >= 4
    assert {line: problem(line) for line in named if problem(line)} == {}


@pytest.mark.parametrize("command", ["make nothing", "python -m evals nothing", "python -m evals report RUN --nothing"])
def test_a_command_that_does_not_exist_is_noticed(command):
    assert problem(command)
