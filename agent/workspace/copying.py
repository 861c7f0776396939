"""Write the shipped demo bank as a folder of the bank's own."""

from __future__ import annotations

from pathlib import Path

from agent.errors import ConfigurationError
from agent.paths import package_data

__all__ = ["init_workspace"]

SETTINGS = "# 记录和断点写在这个工作区的 .kosnote/ 里；可用的设置见 README\nrounds = 3\nreview = true\n"


def init_workspace(folder: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Copy the demo workspace to `folder`; refuse one that is not empty unless forced. Returns what was written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not force:
        raise ConfigurationError("init_not_empty", path=folder)
    demo = package_data("demo")
    written = []
    try:
        for source in sorted(path for path in demo.rglob("*") if path.is_file() and path.name != "demo.yaml"):
            target = folder / source.relative_to(demo)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            written.append(target)
        settings = folder / "kosnote.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        (folder / ".gitignore").write_text(".kosnote/\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("init_unwritable", path=folder, reason=error.strerror or error) from error
    return (*written, settings)
