"""Finding, checking and rendering prompts; a bank's own beside the shipped ones."""

import pytest

from agent.errors import ConfigurationError, UsageError
from agent.prompting import load_prompts

OTHER = '{% block user %}{{ topic | fence("主题") }}{% endblock %}'


def test_each_block_is_a_message_in_file_order_and_blank_ones_are_left_out(prompt):
    body = (
        "{# 说明 #}\n{% block system %}\n守规矩。\n{% endblock %}\n{% block user %}\n{% if topic %}\n\n{% endif %}\n"
        "{% endblock %}\n{% block assistant_example %}好。{% endblock %}\n{% block user_task %}\n写。\n{% endblock %}\n"
    )
    messages = prompt(body).render(topic="散步")
    assert [(m.role, m.content) for m in messages] == [("system", "守规矩。"), ("assistant", "好。"), ("user", "写。")]


def test_the_newest_version_is_found_by_number_not_by_spelling(bank, written):
    for version in (1, 2, 10):
        bank(f"greet_reader/v{version}.md.j2", written(version))
    library = load_prompts(bank.root)
    assert library.find("greet_reader").id == "greet_reader@10"
    assert library.find("greet_reader@2").id == "greet_reader@2"
    assert [p.id for p in library.all() if p.head.name == "greet_reader"] == [f"greet_reader@{n}" for n in (1, 2, 10)]


@pytest.mark.parametrize("name", ["greet_raeder", "greet_reader@3"])
def test_an_unknown_name_is_told_the_nearest(bank, name, written):
    bank("greet_reader/v1.md.j2", written())
    with pytest.raises(UsageError) as caught:
        load_prompts(bank.root).find(name)
    assert name in caught.value.message and "greet_reader@1" in caught.value.hint


def test_the_digest_covers_every_include_and_nothing_else(prompt):
    body = '{% block user %}{% include "_shared/one.v1.md.j2" %}{% endblock %}'
    through = {"one": '{% include "_shared/two.v1.md.j2" %}', "two": "两句话"}
    first = prompt(body, **through)
    assert first.ref == f"greet_reader@1#{first.digest[:8]}" and len(first.digest) == 64
    assert prompt(body, **through, three="没有用到").digest == first.digest
    assert prompt(body, **{**through, "two": "两句話"}).digest != first.digest
    assert prompt(body + "\n", **through).digest != first.digest


def test_moving_words_between_includes_changes_the_digest(prompt):
    body = '{% block user %}{% include "_shared/a.v1.md.j2" %}，{% include "_shared/b.v1.md.j2" %}{% endblock %}'
    assert prompt(body, a="甲乙", b="丙").digest != prompt(body, a="甲", b="乙丙").digest


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(bank, tmp_path, written):
    text = written(body='{% block user %}{% include "_shared/part.v1.md.j2" %}{% endblock %}\n')
    bank("greet_reader/v1.md.j2", text)
    bank("_shared/part.v1.md.j2", "早\n好\n")
    plain = load_prompts(bank.root).find("greet_reader")
    bank.root = tmp_path / "windows"
    bank("greet_reader/v1.md.j2", text.replace("\n", "\r\n"), encoding="utf-8-sig")
    bank("_shared/part.v1.md.j2", "早\r\n好\r\n", encoding="utf-8-sig")
    other = load_prompts(bank.root).find("greet_reader")
    assert other.digest == plain.digest
    assert other.render(topic="散步")[0].content == plain.render(topic="散步")[0].content == "早\n好"


INPUTS = """  day: {type: str, description: day}
  count: {type: int, description: count}
  loud: {type: bool, description: loud}
  told: {type: list, description: told, optional: true}
  who: {type: object, description: who, optional: true}"""
GIVEN = {"day": "周六", "count": 2, "loud": True}


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"dya": "周日"}, "prompt_input_unknown", "dya"),
        ({"day": None}, "prompt_input_wrong", "day"),
        ({"day": 3}, "prompt_input_wrong", "str"),
        ({"count": True}, "prompt_input_wrong", "int"),
        ({"count": "2"}, "prompt_input_wrong", "int"),
        ({"loud": "yes"}, "prompt_input_wrong", "bool"),
        ({"told": ("a",)}, "prompt_input_wrong", "list"),
        ({"who": "李"}, "prompt_input_wrong", "object"),
    ],
)
def test_a_wrong_input_is_named_with_the_remedy(prompt, change, code, word):
    loaded = prompt("{% block user %}{{ day }}{% endblock %}", INPUTS)
    with pytest.raises(ConfigurationError) as caught:
        loaded.render(**{**GIVEN, **change})
    assert caught.value.code == code and caught.value.hint
    assert word in caught.value.message and "greet_reader@1" in caught.value.message


def test_a_missing_input_is_named_and_an_optional_one_may_be_left_out(prompt):
    loaded = prompt("{% block user %}{{ day }}{% for x in told %}{{ x }}{% endfor %}{% endblock %}", INPUTS)
    assert loaded.render(**GIVEN)[0].content == "周六"
    with pytest.raises(ConfigurationError) as caught:
        loaded.render(count=2, loud=True)
    assert caught.value.code == "prompt_input_missing" and "day" in caught.value.message


@pytest.mark.parametrize("expression", ["who.nmae", "who.__class__.__mro__", "count / 0"])
def test_what_cannot_be_rendered_names_file_and_line_and_no_text(prompt, expression):
    loaded = prompt("{% block user %}\n好\n{{ " + expression + " }}\n{% endblock %}", INPUTS)
    with pytest.raises(ConfigurationError) as caught:
        loaded.render(**GIVEN, who={"name": "李静"})
    assert caught.value.code == "prompt_unrenderable"
    assert "greet_reader/v1.md.j2 第 17 行" in caught.value.message and "李静" not in caught.value.message


def test_an_error_inside_an_include_names_the_include(prompt):
    loaded = prompt(
        '{% block user %}{% include "_shared/part.v1.md.j2" %}{% endblock %}', INPUTS, part="\n{{ who.nmae }}"
    )
    with pytest.raises(ConfigurationError) as caught:
        loaded.render(**GIVEN, who={"name": "李静"})
    assert "part.v1.md.j2 第 2 行" in caught.value.message


def test_a_template_cannot_change_what_it_is_given(prompt):
    loaded = prompt("{% block user %}{{ told.append(1) }}{% endblock %}", INPUTS)
    told = []
    with pytest.raises(ConfigurationError):
        loaded.render(**GIVEN, told=told)
    assert told == []


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (("name: greet_reader", "name: greet_readers"), "prompt_misplaced", 2),
        (("version: 1", "version: 2"), "prompt_misplaced", 3),
        (("role: writer", "role: poet"), "yaml_wrong_value", 5),
        (("type: str", "type: text"), "yaml_wrong_value", 8),
        (("untrusted", "untrustd"), "yaml_key_misspelt", 8),
        (("output: Greeting\n", ""), "yaml_missing_key", 2),
        (("since: 2026-11-27", "since: 上周"), "yaml_wrong_value", 9),
        (("description: Greet.", "description: [Greet"), "yaml_not_yaml", 4),
        (("---\nname", "name"), "prompt_no_head", 1),
    ],
)
def test_a_wrong_head_names_file_and_line(bank, change, code, line, written):
    text = written()
    assert change[0] in text
    bank("greet_reader/v1.md.j2", text.replace(*change))
    with pytest.raises(ConfigurationError) as caught:
        load_prompts(bank.root)
    assert (caught.value.code, caught.value.parameters["line"]) == (code, line), caught.value.message
    assert "v1.md.j2" in caught.value.message and caught.value.hint and "{" not in caught.value.hint


@pytest.mark.parametrize("name", ["v1.j2", "draft.md.j2", "v01.md.j2"])
def test_a_file_that_would_be_overlooked_is_refused(bank, name, written):
    bank(f"greet_reader/{name}", written())
    with pytest.raises(ConfigurationError) as caught:
        load_prompts(bank.root)
    assert caught.value.code == "prompt_misplaced"


@pytest.mark.parametrize("name", ["greet_reader/v1.md.j2", "_shared/part.v1.md.j2"])
def test_a_file_in_another_encoding_is_told_so(bank, name, written):
    bank("greet_reader/v1.md.j2", written(body='{% block user %}{% include "_shared/part.v1.md.j2" %}{% endblock %}'))
    bank("_shared/part.v1.md.j2", "好")
    bank(name, "---\n围栏\n", encoding="gbk")
    with pytest.raises(ConfigurationError) as caught:
        load_prompts(bank.root)
    assert caught.value.code == "yaml_not_utf8" and name.split("/")[-1] in caught.value.message


class TestOverlay:
    @pytest.fixture
    def shipped(self, monkeypatch, tmp_path, written):
        monkeypatch.setattr("agent.prompting.library.data_root", lambda: tmp_path / "shipped")

        def write(name, text):
            path = tmp_path / "shipped" / "prompts" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

        write("greet_reader/v1.md.j2", written())
        write("_shared/house.v1.md.j2", "本行守则")
        return write

    def test_a_new_version_of_a_bank_is_the_one_found(self, shipped, bank, written):
        bank("greet_reader/v2.md.j2", written(2, OTHER))
        library = load_prompts(bank.root)
        assert "主题" in library.find("greet_reader").render(topic="散步")[0].content
        assert "话题" in library.find("greet_reader@1").render(topic="散步")[0].content

    def test_a_published_version_is_never_replaced(self, shipped, bank, written):
        bank("greet_reader/v1.md.j2", written(1, OTHER))
        with pytest.raises(ConfigurationError) as caught:
            load_prompts(bank.root)
        assert caught.value.code == "prompt_replaced" and str(bank.root) in caught.value.message

    def test_a_shared_partial_is_used_and_never_replaced(self, shipped, bank, written):
        body = '{% block user %}{% include "_shared/house.v1.md.j2" %}{% endblock %}'
        bank("greet_reader/v2.md.j2", written(2, body))
        assert load_prompts(bank.root).find("greet_reader").render(topic="散步")[0].content == "本行守则"
        bank.root = bank.root.with_name("other")
        bank("_shared/house.v1.md.j2", "没有守则")
        with pytest.raises(ConfigurationError) as caught:
            load_prompts(bank.root)
        assert caught.value.code == "prompt_replaced" and "_shared/house.v1.md.j2" in caught.value.message

    def test_no_prompts_at_all_is_an_empty_library(self, monkeypatch, tmp_path):
        monkeypatch.setattr("agent.prompting.library.data_root", lambda: tmp_path / "nothing")
        assert load_prompts(tmp_path / "empty").all() == ()
