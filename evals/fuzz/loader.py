"""Fuzz the reading of rule files: `python -m evals.fuzz.loader -runs=10000 [FOLDER OF INPUTS]`."""

from evals.fuzz.driver import run

if __name__ == "__main__":
    run("loader")
