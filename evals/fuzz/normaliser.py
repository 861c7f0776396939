"""Fuzz the planes of a text: `python -m evals.fuzz.normaliser -runs=10000 [FOLDER OF INPUTS]`."""

from evals.fuzz.driver import run

if __name__ == "__main__":
    run("normaliser")
