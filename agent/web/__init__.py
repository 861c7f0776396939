"""The web: pages for staff and reviewers, and the REST API. It shows and asks; what happens is decided below it."""
