"""The REST API under `/api/v1`: what the pages can do, for a bank's own front end. Every route says who may use it."""
