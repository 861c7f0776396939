"""Fuzz the search for literals: `python -m evals.fuzz.matcher -runs=10000 [FOLDER OF INPUTS]`."""

from evals.fuzz.driver import run

if __name__ == "__main__":
    run("matcher")
