"""Screen a whole archive of notes, and screen it again when rules change.

Owns sources, batches, what is written and how a stopped run goes on. Refuses judgement: every verdict is
`agent.guardrails`'. Its third parties are those of the rule engine; pyarrow, psycopg and ray only where they are asked
for.
"""
