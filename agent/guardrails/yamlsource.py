"""Re-export the YAML reader under the name the rule engine uses."""

from agent.yamlsource import Path_, Source, read_yaml

__all__ = ["Path_", "Source", "read_yaml"]
