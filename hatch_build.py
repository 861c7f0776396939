"""Ship `prompts/` and `guardrails/` inside the wheel, and never in an editable install.

hatchling copies a static `force-include` into editable installs as well. The copy would lie in site-packages and age
there; an editable install must read the checkout (`agent.paths.data_root`).
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("guardrails", "prompts")


class ShipData(BuildHookInterface):
    """Add the data folders that exist to a standard wheel, under `agent/_data`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the folders to include; hatchling calls this once a build."""
        if version != "standard":
            return
        for folder in FOLDERS:
            if (Path(self.root) / folder).is_dir():
                build_data["force_include"][folder] = f"agent/_data/{folder}"
