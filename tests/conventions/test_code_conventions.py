"""Review remarks that became tests: layers, start-up, docstrings, exports, size. (Sorting of `__all__` is ruff's.)"""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
MODULES = sorted(
    path
    for path in (REPO / "agent").rglob("*.py")
    if "migrations" not in path.parts and "__pycache__" not in path.parts
)
HEAVY = ("langgraph", "openai", "sqlalchemy", "openpyxl", "multiprocessing", "asyncio")
LIGHT = {
    "import agent": "import agent",
    "import agent.guardrails": "import agent.guardrails",
    "agent --help": "from agent.cli.main import run; run()",
    "agent check": "from agent.cli.main import run; run()",
}
ARGUMENTS = {"agent --help": ["--help"], "agent check": ["check", "--text", "早上去植物园走了一圈"]}

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(REPO).as_posix())


def _exported(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return ast.literal_eval(node.value)
    return None


def _defined(tree):
    """Name the public classes and functions a module defines itself."""
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    }


def test_the_layers_hold():
    script = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("what", LIGHT)
def test_the_quick_commands_load_nothing_heavy(what):
    script = f"""
import atexit, sys
atexit.register(lambda: print("LOADED", *sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr))
{LIGHT[what]}
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *ARGUMENTS.get(what, [])], cwd=REPO, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1].strip() == "LOADED"


@each_module
def test_a_module_says_what_it_owns_and_fits_a_sitting(path):
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "no module docstring"
    assert len(source.splitlines()) <= 400, "too many lines: split it by noun"


@each_module
def test_exports_exist_and_leave_out_nothing_imported_elsewhere(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    exported = _exported(tree)
    if exported is None:
        return
    assert len(exported) == len(set(exported)), "__all__ names something twice"
    module = ".".join(path.relative_to(REPO).with_suffix("").parts).removesuffix(".__init__")
    if path.name != "__init__.py":
        used = IMPORTED.get(module, set()) & _defined(tree)
        assert used <= set(exported), f"imported by others and not in __all__: {sorted(used - set(exported))}"
    names = {n for node in ast.walk(tree) for n in _bound(node)}
    assert set(exported) <= names, f"in __all__ and not defined: {sorted(set(exported) - names)}"


def _bound(node):
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _imported():
    """Collect, by module, the names other modules of the package import from it."""
    found = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("agent"):
                found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return found


IMPORTED = _imported()


def test_every_imported_package_is_a_declared_dependency():
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [name for names in project.get("optional-dependencies", {}).values() for name in names]
    asked = [*project["dependencies"], *extras]
    declared = {re.split(r"[^a-z0-9_.-]", name.lower())[0].replace("_", "-") for name in asked}
    provided = importlib.metadata.packages_distributions()
    missing = {}
    for path in MODULES:
        for top in _third_parties(ast.parse(path.read_text(encoding="utf-8"))):
            owners = {name.lower().replace("_", "-") for name in provided.get(top, [top])}
            if not owners & declared:
                missing.setdefault(top, path.relative_to(REPO).as_posix())
    assert not missing, f"imported and not in pyproject.toml: {missing}"


def _third_parties(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top != "agent":
                yield top
