"""Fuzz the check of a whole note: `python -m evals.fuzz.check -runs=10000 [FOLDER OF INPUTS]`."""

from evals.fuzz.driver import run

if __name__ == "__main__":
    run("check")
