"""What a sentence makes of words it repeats: it refuses them, tells their penalty or harm, or dares who says them.

None clears anything in a paragraph that still stands by the words or sells. Word lists are data (`data/guards.yaml`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from agent.guardrails.document import Hit
from agent.guardrails.normalize import fold
from agent.guardrails.spotting import occurs
from agent.yamlsource import read_yaml

if TYPE_CHECKING:
    from agent.guardrails.contexts import GuardContext

__all__ = ["is_disowned", "is_harm_told"]


def is_disowned(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the sentence turns against the words after it has said them: …的，转身就走; …被通报过.

    A question in the hit's own words is answered by the sentence after it: 黑户可办？没有这回事.
    """
    words, norm = _words(), context.document.norm
    begin, stop = context.document.window("sentence", hit)
    if norm[stop - 1 : stop] == "?":
        stop = context.document.window("sentence", Hit(stop, stop + 1))[1]
    if _stands(hit, (begin, stop), context):
        return False
    if words["emptied"].match(norm[hit.start : stop]):
        return True
    return any(words[name].search(norm[hit.start : stop]) for name in ("refused", "punished", "dared"))


def is_harm_told(hit: Hit, context: GuardContext) -> bool:
    """Tell whether the sentence tells what harm came of the words to somebody: 我当年信了…，多还了九百块，教训."""
    words, norm = _words(), context.document.norm
    begin, stop = context.document.window("sentence", hit)
    if _stands(hit, (begin, stop), context):
        return False
    return bool(words["somebody"].search(norm[begin : hit.end]) and words["harmed"].search(norm[hit.end : stop]))


def _stands(hit: Hit, told: tuple[int, int], context: GuardContext) -> bool:
    """Tell whether the sentence around the hit stands by it, or anything in its paragraph sells."""
    words, norm = _words(), context.document.norm
    begin, stop = context.document.window("paragraph", hit)
    around = f"{norm[told[0] : hit.start]}\n{norm[hit.end : told[1]]}"
    if words["stood_by"].search(around):
        return True
    sold = words["sold"]
    return occurs(sold, norm[begin:stop]) and bool(sold.search(f"{norm[begin : hit.start]}\n{norm[hit.end : stop]}"))


@functools.cache
def _words() -> Mapping[str, re.Pattern[str]]:
    data = read_yaml(Path(str(files("agent.guardrails").joinpath("data/guards.yaml")))).value
    return {name: re.compile("|".join(map(fold, entries))) for name, entries in data["disowned"].items()}
