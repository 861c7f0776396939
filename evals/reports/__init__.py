"""Reports of a run: a table for the terminal, Markdown for a pull request, JUnit for CI, one page for a browser.

Owns how results read. Refuses measuring: every number comes from a summary or a comparison, every text is hostile.
"""
