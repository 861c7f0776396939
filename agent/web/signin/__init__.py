"""How people sign in: one module a way. Each finds out who a request is from, and nothing else."""
