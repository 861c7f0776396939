"""Read a topic: which scenes it belongs to, how it is built, and which words of it may be used.

A topic is data typed by anyone. Words of it that a rule flags, that claim an experience or that state a number are
not repeated; a neutral wording takes their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.authors.choicebank import load_choices
from agent.authors.fitting import sensitive_in, without_places
from agent.authors.phrasebank import Common, Facet, Narrow, Scene, load_common, load_scenes
from agent.catalogue import say
from agent.guardrails import check
from agent.models import Brief, Material, NoteInput
from agent.text.provenance import checkable_numbers, first_person_claims
from agent.text.simplified import simplified

__all__ = ["Reading", "is_clean", "read_topic", "usable_material"]

STRONG, WEAK = 3, 1
TOPIC = 2
SELF = re.compile(r"(?:我们|咱们|我|咱|俺)(?:家的?|的)?")
OWNER = re.compile("[^了着过到去买吃捡做给带看学换修写找，,。；;]{1,7}")  # what a thing belongs to, and no deed
NAME = re.compile("[^了着过，,。；;]+")
KIN = re.compile(
    r"(?:我们|咱们|我|咱|俺)(?:家)?([爸妈爷奶哥姐弟妹])(?!\1|[爸妈爷奶哥姐弟妹])"
)  # 我爸: 爸 alone is a cut word
HELPED = re.compile(r"帮(?:我们|咱们|我|咱|俺)(?!的|家)")
MIN_TOPIC = 2
MAX_TOPIC = 18
MAX_ASKED = 40


@dataclass(frozen=True)
class Reading:
    """Hold what was understood of a topic; no scenes means it lies outside the known families.

    `asked` is what staff are asked about, with the numbers they typed: a question asserts nothing. `sensitive` names
    the subject when topic or story is about what takes no tips (a death, a separation); such a topic has no scenes.
    """

    topic: str
    keyword: str
    asked: str
    is_question: bool
    is_event: bool = False
    scenes: tuple[Scene, ...] = ()
    facets: tuple[Facet, ...] = ()
    told: str = ""
    refused: bool = False
    sensitive: str = ""

    @property
    def scene(self) -> Scene | None:
        """Return the scene that fits best."""
        return self.scenes[0] if self.scenes else None

    @property
    def lead(self) -> str:
        """Return the topic as the head of a sentence."""
        return f"{self.topic}？" if self.is_question else f"{self.topic}，"

    def is_foreign(self, phrase: str) -> bool:
        """Tell whether a phrase is about a part of the scene that neither the topic nor the material names."""
        cues = {cue for scene in self.scenes for facet in scene.facets for cue in facet.cues if cue in phrase}
        named = {cue for facet in self.facets for cue in facet.cues}
        if cues and not any(cue in self.topic or cue in self.keyword or cue in named for cue in cues):
            return True
        return any(self._is_too_narrow(phrase, narrow) for scene in self.scenes for narrow in scene.narrow)

    def _is_too_narrow(self, phrase: str, narrow: Narrow) -> bool:
        used = [word for word in narrow.words if word in phrase]
        asked = f"{self.topic} {self.keyword} {self.asked}"
        return bool(used) and not any(
            [*(topic in asked for topic in narrow.topics), *(word in asked + self.told for word in used)]
        )


def read_topic(brief: Brief) -> Reading:
    """Understand the topic of a brief with the help of its keyword and, failing both, of its material.

    A thing that was found, or that hides another (捡到一台相机, 衣柜夹层里的信), is a prop: its scene does not count.
    Traditional characters are read as simplified ones, in which the note is written.
    """
    common = load_common()
    wording = _tidy(simplified(brief.topic))
    told = " ".join(item.text for item in usable_material(brief))
    sensitive = sensitive_in(f"{wording} {told}")
    prop = any(re.search(mark, wording) for mark in common.prop_marks)
    scenes = () if prop else _headed(_scenes(f"{without_places(wording)} {brief.keyword}"), wording)
    scenes = _weighed(scenes, wording, brief.material) if scenes else _scenes_of_material(brief.material)
    scenes = () if sensitive else scenes
    label = scenes[0].label if scenes else ""
    refused = not is_clean(wording) or _is_command(wording, common)
    topic = _usable(wording, common, refused=refused) or _usable(brief.keyword, common) or label
    topic = topic or say("author_this_matter")
    keyword = _keyword(brief, topic, scenes)
    return Reading(
        topic=topic,
        keyword=keyword,
        asked=topic if refused or len(wording) > MAX_ASKED else wording or topic,
        is_question=any(mark in topic for mark in common.question_marks),
        is_event=any(mark in topic for mark in common.event_marks),
        scenes=scenes,
        facets=tuple(f for scene in load_scenes() for f in scene.facets if _named(f, wording, brief.keyword, scenes)),
        told=told,
        refused=refused,
        sensitive=sensitive,
    )


def usable_material(brief: Brief) -> tuple[Material, ...]:
    """Return the material that tells something; orders to the program are not material."""
    common = load_common()
    return tuple(item for item in brief.material if item.text.strip() and not _is_command(item.text, common))


def is_clean(text: str) -> bool:
    """Tell whether no rule objects to these words."""
    if not text.strip():
        return True
    report = check(NoteInput(title=text, note_type="lifestyle", origin="human"))
    return not any(finding.start is not None for finding in report.open("block", "fix"))


def _tidy(topic: str) -> str:
    return re.sub(r"\s+", " ", topic).strip(" 。！!，,、；;：:?？#“”\"'「」")


def _usable(wording: str, common: Common, *, refused: bool = False) -> str:
    """Return the wording without what nobody told us; empty when nothing safe is left."""
    if refused or len(wording) < MIN_TOPIC:
        return ""
    text = _shorten(_tidy(_without_numbers(_without_self(wording), common)), common)
    if checkable_numbers(text) or first_person_claims(text) or len(text) < MIN_TOPIC:
        return ""
    return text


def _without_self(wording: str) -> str:
    """Speak of others as others would, so that no first person is left: 我爸 becomes 爸爸, 帮我搬 becomes 帮忙搬."""
    return SELF.sub("", HELPED.sub("帮忙", KIN.sub(r"\1\1", wording)))


def _without_numbers(text: str, common: Common) -> str:
    """Cut an unsourced number off the head or the tail, with the words that led to it; 第 goes with its number."""
    if checkable_numbers(text):
        head = max((head for head in common.time_heads if text.startswith(head)), key=len, default="")
        text = text[len(head) :]
    for claim in reversed(checkable_numbers(text)):
        if claim.end == len(text):
            text = re.sub(r"(?:的?[这那]|花了?|用了?|的|第)+$", "", text[: claim.start])
        elif claim.start == 0:
            text = text[claim.end :].lstrip("的")
        elif claim.kind == "duration" and _scenes(text[: claim.start]):  # 国庆自驾三个月前就开始计划
            text = _beside(text[: claim.start].removesuffix("第"), text[claim.end :])
    return text


def _beside(head: str, rest: str) -> str:
    """Return the clause behind a number when a scene is in it (租房第三年，又要搬家), else what stands before it."""
    clause = rest.lstrip("，, ") if rest.startswith(("，", ",", " ")) else ""
    return clause if clause and _scenes(clause) else head


def _shorten(text: str, common: Common) -> str:
    """Keep the first clause, then drop heads that only tell the time, until a sentence can begin with it."""
    if len(text) <= MAX_TOPIC:
        return text
    text = re.split(r"[，,。；;：:！!？?]", text)[0]
    for head in common.time_heads:
        if len(text) > MAX_TOPIC and text.startswith(head):
            text = text[len(head) :]
    if len(text) > MAX_TOPIC:
        text = text.rpartition("的")[2]
    return text if MIN_TOPIC <= len(text) <= MAX_TOPIC else ""


def _scenes(text: str) -> tuple[Scene, ...]:
    scored = [(score, scene) for scene in load_scenes() if (score := _score(scene, text)) > 0]
    return tuple(scene for _, scene in sorted(scored, key=lambda pair: -pair[0]))


def _headed(scenes: tuple[Scene, ...], topic: str) -> tuple[Scene, ...]:
    """Leave the scenes that the head of a name is about: 奶奶的搪瓷盆 is about a basin, whoever it belongs to.

    A head that only says when (那天, 一年), or that is a clause of its own, leaves the decision to the words before it,
    and so does the object of what somebody did (捡到一把便宜的葱).
    """
    before, _, head = topic.rpartition("的")
    if not OWNER.fullmatch(before) or not NAME.fullmatch(head) or _is_open(head):
        return scenes
    return tuple(scene for scene in scenes if any(_reaches(cue, topic, len(head)) for cue in _words_of(scene)))


def _is_open(head: str) -> bool:
    return any(re.fullmatch(f"(?:{pattern})|.*(?:{pattern})$", head) for pattern in load_choices().open_heads)


def _reaches(cue: str, topic: str, head: int) -> bool:
    """Tell whether a cue stands, at least in part, in the last `head` characters of a topic."""
    found = topic.rfind(cue)
    return found >= 0 and found + len(cue) > len(topic) - head


def _words_of(scene: Scene) -> tuple[str, ...]:
    return (*scene.strong, *scene.weak, *(cue for facet in scene.facets for cue in facet.cues))


def _score(scene: Scene, text: str) -> int:
    """Add up the cues. A word that only looks like a cue (熊猫 for 猫) does not count; one that cannot be rules out."""
    for word in scene.never:
        if word in text and not any(cue in word for cue in scene.strong):
            return 0
        text = text.replace(word, "□")
    strong = sum(STRONG * len(cue) for cue in scene.strong if cue in text)
    return strong + sum(WEAK * len(cue) for cue in scene.weak if cue in text) if strong else 0


def _scenes_of_material(material: tuple[Material, ...]) -> tuple[Scene, ...]:
    text = " ".join(item.text for item in material)
    scenes = _scenes(text)
    return tuple(scene for scene in scenes if len(_cues_in(text, scene)) > 1)[:1]


def _weighed(scenes: tuple[Scene, ...], wording: str, material: tuple[Material, ...]) -> tuple[Scene, ...]:
    """Order the scenes by what topic and story say together: tomatoes a child pays for are no gardening.

    The story adds a scene only with several words of it; the topic weighs double.
    """
    told = " ".join(item.text for item in material)
    heard = tuple(scene for scene in _scenes(told) if len(_cues_in(told, scene)) > 1)
    known = tuple(dict.fromkeys((*scenes, *heard)))
    return tuple(sorted(known, key=lambda scene: -(TOPIC * _score(scene, wording) + _score(scene, told))))


def _cues_in(text: str, scene: Scene) -> set[str]:
    """Return the strong cues of a text; one inside a longer one (小学 in 小学生) is the same word."""
    found = {cue for cue in scene.strong if cue in text}
    return {cue for cue in found if not any(cue != other and cue in other for other in found)}


def _named(facet: Facet, topic: str, keyword: str, scenes: tuple[Scene, ...]) -> bool:
    owners = [scene for scene in scenes if facet in scene.facets]
    return bool(owners) and any(cue in topic or cue in keyword for cue in facet.cues)


def _keyword(brief: Brief, topic: str, scenes: tuple[Scene, ...]) -> str:
    """Return the search word: the one asked for, else the last cue the topic names (where its head stands)."""
    if brief.keyword and is_clean(brief.keyword):
        return brief.keyword
    cues = {cue for scene in scenes for cue in (*scene.strong, *(c for f in scene.facets for c in f.cues))}
    named = [cue for cue in cues if len(cue) > 1 and cue in topic]
    if named:
        return max(named, key=lambda cue: (topic.rfind(cue) + len(cue), len(cue)))
    return scenes[0].label if scenes else topic


def _is_command(text: str, common: Common) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in common.commands)
