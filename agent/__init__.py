"""Draft compliant Xiaohongshu notes for the staff of financial institutions."""

__version__ = "0.1.0"
