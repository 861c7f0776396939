"""Have the shipped rules compiled before a process is forked, so that each of many begins with them."""

import gc

from agent.guardrails import check, load_packs
from agent.models import NoteInput

check(NoteInput(title="公园", body="今天去公园走了走。"), packs=load_packs(examples=False))
gc.freeze()  # or every process would look through all of it, and copy it by looking
