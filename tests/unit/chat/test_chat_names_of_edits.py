"""What the chat calls an edit that the machine writes on request is what the desk does not count as a person's."""

from agent.chat.cues import load_cues
from agent.chat.values import Intent
from agent.desk.policy import policy_of
from agent.workspace import load_workspace

ON_REQUEST = (Intent.SHORTER, Intent.MORE_SPOKEN, Intent.OTHER_OPENING, Intent.LESS_PRODUCT, Intent.ACCEPT_FIX)


def test_the_desk_knows_the_names():
    names = {load_cues().label_of(intent) for intent in ON_REQUEST}
    assert names == set(policy_of(load_workspace(None)).asked_edits)
    assert load_cues().label_of(Intent.CHANGE_SPAN) not in names
