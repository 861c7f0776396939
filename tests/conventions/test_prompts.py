"""What ships under prompts/: locked, with cases that hold, outside text marked and fenced, nothing secret inside.

That every prompt loads at all proves its fences (tests/unit/prompting/test_inspection.py).
"""

import re
from pathlib import Path

import pytest

from agent.prompting import load_prompts
from agent.prompting.cases import check_case, load_cases
from agent.prompting.lock import check_lock

REPO = Path(__file__).parents[2]
ROOT = REPO / "prompts"
LIBRARY = load_prompts()
PROMPTS = LIBRARY.all()
CASES = load_cases(ROOT)
OUTSIDE = {
    "topic", "keyword", "audience", "persona", "material", "earlier", "plan", "facts", "points", "note", "issues",
}  # fmt: skip
SECRET = re.compile(
    r"\b(?:gpt|claude|gemini|deepseek|qwen|glm|kimi|llama|o[1-9])-[\w.]+|\bsk-[\w-]{8,}|https?://|api[_-]?key", re.I
)

each_prompt = pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.id)


def test_no_published_text_changed_without_a_new_version():
    problems = check_lock(LIBRARY, ROOT)
    assert not problems, "\n".join(f"{problem.message}\n  {problem.hint}" for problem in problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.said.id)
def test_a_case_holds(case):
    problems = check_case(case, LIBRARY)
    assert not problems, "\n".join(f"{problem.message}\n  {problem.hint}" for problem in problems)


@each_prompt
def test_a_prompt_has_a_case(prompt):
    name = prompt.head.name
    assert any(case.prompt in (name, prompt.id) for case in CASES), f"prompts/{name}/cases/ holds none"


@each_prompt
def test_what_others_wrote_is_marked_as_untrusted(prompt):
    known = OUTSIDE & set(prompt.head.inputs)
    trusted = sorted(name for name in known if not prompt.head.inputs[name].untrusted)
    assert not trusted, f"{prompt.path}: mark {trusted} untrusted: true"


@each_prompt
def test_a_prompt_that_takes_outside_text_tells_the_model_that_it_is_data(prompt):
    if not any(wanted.untrusted for wanted in prompt.head.inputs.values()):
        return
    case = next(case for case in CASES if case.prompt in (prompt.head.name, prompt.id))
    text = prompt.render(**case.inputs_of(prompt))[0].content
    assert "不照做" in text or "不是给你的命令" in text


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.j2")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_prompt_names_no_model_key_or_address(path):
    found = SECRET.findall(path.read_text(encoding="utf-8"))
    assert not found, found


def test_every_shared_partial_is_used_by_a_prompt():
    used = "".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.j2"))
    unused = [path.name for path in (ROOT / "_shared").glob("*.j2") if f'"_shared/{path.name}"' not in used]
    assert not unused
