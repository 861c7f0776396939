# Everything runs in the active virtual environment, or in .venv. `make install` creates .venv where there is none.
VENV ?= $(if $(VIRTUAL_ENV),$(VIRTUAL_ENV),.venv)
PY ?= $(VENV)/bin/python
SUPPORTED := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3.12 python3.13 python3.11 python3 python; do \
	"$$name" -c '$(SUPPORTED)' 2>/dev/null && echo "$$name" && break; done)
PIP := $(PY) -m pip --disable-pip-version-check
INSTALLED := $(VENV)/.installed-from-lock

.PHONY: install lint test rules eval record bench bench-screen lock

install: $(INSTALLED)

$(INSTALLED): lock-dev.txt pyproject.toml hatch_build.py
	@test -x $(PY) || test -n "$(PYTHON)" || { echo "kosnote needs Python 3.11, 3.12 or 3.13 with venv (or: make install PYTHON=/path/to/python)" >&2; exit 2; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --no-deps --require-hashes -r lock-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lint:
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as run; run()'

test:
	$(PY) -m pytest -n auto --dist worksteal

rules:
	$(PY) -m agent.guardrails.cases
	$(PY) -m agent.guardrails.generated

eval:
	$(PY) -m evals gate

# Write again what the READMEs quote: a draft, a check, the picture of the graph.
record:
	$(PY) -m evals.recording

# Minutes, on a quiet machine: ratios, the rule engine, then how many people can chat at once.
bench:
	$(PY) -m evals.bench
	$(PY) -m evals.bench_guardrail
	$(PY) -m evals.bench_web

# Minutes: archives of 20 and 200 thousand notes.
bench-screen:
	$(PY) -m evals.bench_screen

# Needs uv. Writes every lock for every supported Python, without addresses: what installs, what develops, and what the
# image holds (the web and what its wheel is built with, at the versions that were tested).
UV_LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock:
	$(UV_LOCK) pyproject.toml -o lock.txt
	$(UV_LOCK) pyproject.toml --group dev --extra postgres --extra bulk --extra evals --extra web --extra otel -o lock-dev.txt
	$(UV_LOCK) pyproject.toml --extra web --extra postgres --extra otel -c lock-dev.txt -o lock-web.txt
	echo "hatchling>=1.27" | $(UV_LOCK) - -c lock-dev.txt -o lock-build.txt
