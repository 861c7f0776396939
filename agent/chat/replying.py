"""Reply to one comment outside of any thread: nothing is kept, nothing is sent."""

from __future__ import annotations

from datetime import date

from agent import guardrails
from agent.briefs import account_of
from agent.chat.asking import reply_writer
from agent.chat.replies import Replies, suggest_replies
from agent.prompting import load_prompts
from agent.roles import open_casting
from agent.settings import Settings
from agent.testing import MemoryJournal
from agent.workspace import Workspace

__all__ = ["reply_once"]


async def reply_once(
    incoming: str, *, workspace: Workspace, settings: Settings, persona: str = "", account: str = "", as_of: date
) -> Replies:
    """Return up to three replies; an unknown persona or account raises `UsageError`."""
    speaker = workspace.persona(persona) if persona else None
    posts = account or (account_of(speaker.id, workspace) if speaker else "")
    overlay = workspace.rules_overlay
    async with open_casting(settings, workspace, MemoryJournal()) as casting:
        return await suggest_replies(
            incoming,
            institution=workspace.institution,
            account=workspace.account(posts) if posts else None,
            as_of=as_of,
            packs=guardrails.load_packs(overlay=(overlay,) if overlay else (), examples=False),
            write=reply_writer(
                calls=casting.calls("reply"),
                prompts=load_prompts(workspace.prompts_overlay),
                institution=workspace.institution,
                persona=speaker,
                as_of=as_of.isoformat(),
            ),
        )
