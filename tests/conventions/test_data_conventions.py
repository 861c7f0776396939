"""The files people write: messages, rules and other YAML; locks; and words that must not stand anywhere."""

import ast
import re
import string
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import yaml

REPO = Path(__file__).parents[2]
SOURCES = sorted(path for path in (REPO / "agent").rglob("*.py") if "migrations" not in path.parts)
MESSAGES = sorted((REPO / "agent" / "data" / "messages").glob("*.yaml"))
EXPLAINED = {"waivers.yaml"}  # holds nothing yet, only how it is written
DATA = sorted(
    path for folder in ("agent", "guardrails", "prompts", "evals") for path in (REPO / folder).rglob("*.y*ml")
)
RULES = sorted(path for path in (REPO / "guardrails").rglob("*.yaml"))
SAYS = {"say", "advise", "error"}
PLACED = {"file", "line", "column"}

# Written in pieces, so that this file does not contain what it looks for.
FORBIDDEN = [
    "".join(parts)
    for parts in (
        ("pypi", ".org"), ("python", "hosted"), ("npm", "js.org"), ("deb.", "debian"), ("debian", ".org"),
        ("/wor", "k/"), ("/tmp/", "relay"), ("/tmp/", "brief"), ("index-", "url"), ("find-", "links"),
    )
]  # fmt: skip


def _short(path):
    return path.relative_to(REPO).as_posix()


def _catalogue():
    return {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in MESSAGES}


def _entries():
    return {code: entry for entries in _catalogue().values() for code, entry in entries.items()}


def _words():
    """Return what pages say, by key."""
    files = (REPO / "agent" / "data" / "web").glob("*.yaml")
    return {key: said for file in files for key, said in yaml.safe_load(file.read_text(encoding="utf-8")).items()}


def _calls():
    """Yield (place, code, keywords or None) of every message asked for by a literal code."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            code = getattr(node.args[0], "value", None)
            if not isinstance(code, str) or not (name in SAYS or name.endswith("Error")):
                continue
            if not re.fullmatch(r"[a-z][a-z0-9_]+", code) or name in ("ValueError", "TypeError", "KeyError"):
                continue
            given = {keyword.arg for keyword in node.keywords} | (PLACED if name == "error" else set())
            yield f"{_short(path)}:{node.lineno}", code, None if None in given else given


def test_every_message_asked_for_exists():
    known = _entries().keys() | _words().keys()
    missing = [f"{place} {code}" for place, code, _ in _calls() if code not in known]
    assert not missing, "no text in agent/data/messages: " + "; ".join(missing)


def test_every_placeholder_of_a_message_is_given():
    known, wrong = _entries(), []
    for place, code, given in _calls():
        if given is None or code not in known:
            continue
        wanted = {
            name.split(".")[0]
            for text in known[code].values()
            for _, name, _, _ in string.Formatter().parse(text)
            if name is not None
        }
        if wanted - given:
            wrong.append(f"{place} {code}: {sorted(wanted - given)}")
    assert not wrong, "placeholders shown as names: " + "; ".join(wrong)


def test_every_message_is_used():
    literals = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    built = tuple(
        part.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) and isinstance(part := node.values[0], ast.Constant)
        if re.fullmatch(r"[a-z]+_[a-z_]*", str(part.value))
    )
    assert not sorted(code for code in set(_entries()) - literals if not code.startswith(built))


def test_no_code_stands_in_two_files():
    counted = Counter(code for entries in _catalogue().values() for code in entries)
    assert not [code for code, times in counted.items() if times > 1]


def test_every_message_is_a_sentence_with_at_most_a_hint():
    for path, entries in _catalogue().items():
        for code, entry in entries.items():
            assert set(entry) <= {"message", "hint"} and entry.get("message"), f"{path.name}: {code}"
            assert all(isinstance(text, str) for text in entry.values()), f"{path.name}: {code}"


@pytest.mark.parametrize("path", DATA, ids=_short)
def test_yaml_parses_with_every_key_once(path):
    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), f"{path.name}:{node.start_mark.line + 1} has a key twice"
            return super().construct_mapping(node, deep)

    held = yaml.load(path.read_text(encoding="utf-8"), Loader=Strict)
    assert held is not None or path.name in EXPLAINED


@pytest.mark.parametrize("path", RULES, ids=_short)
def test_rules_use_no_word_boundaries(path):
    found = re.findall(r"\\[bBwW]", path.read_text(encoding="utf-8"))
    assert not found, r"\b and \w mean nothing between Chinese characters"


@pytest.mark.parametrize("name", ["lock.txt", "lock-dev.txt"])
def test_locks_carry_hashes_and_no_addresses(name):
    text = (REPO / name).read_text(encoding="utf-8")
    assert "://" not in text and not re.search(r"^-", text, re.MULTILINE)
    pins = re.split(r"\n(?=[a-z])", text.strip())
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_the_development_lock_holds_the_runtime_lock():
    runtime, development = (
        set(re.findall(r"^(\S+==\S+)", (REPO / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("lock.txt", "lock-dev.txt")
    )
    assert runtime <= development


def test_every_dependency_is_locked():
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    for name, wanted in (
        ("lock.txt", project["project"]["dependencies"]),
        ("lock-dev.txt", project["dependency-groups"]["dev"]),
    ):
        locked = set(re.findall(r"^([a-z0-9._-]+)==", (REPO / name).read_text(encoding="utf-8"), re.MULTILINE))
        assert not {re.match(r"[a-z0-9._-]+", entry.lower())[0] for entry in wanted} - locked, name


def _committed():
    """List the files of the checkout; all files where there is no git (an unpacked sdist)."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=REPO, capture_output=True, text=True
    )
    if done.returncode == 0:
        return [REPO / name for name in done.stdout.split("\0") if name]
    return [path for path in REPO.rglob("*") if path.is_file() and ".venv" not in path.parts]


def test_no_registry_address_and_no_private_path_stands_anywhere():
    found = []
    for path in _committed():
        if path.is_file() and path != Path(__file__):
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{_short(path)}: {word}" for word in FORBIDDEN if word in text]
    assert not found, found


def test_continuous_integration_runs_the_readme_command():
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^make install test$", readme, re.MULTILINE)
    assert re.search(r"^step make install test$", (REPO / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
