"""Run the command line of the evals: `python -m evals …`."""

from evals.cli import run

run()
