"""A template that would let outside text out, or do more than write text, is refused before it is used."""

import pytest

INPUTS = """  topic: {type: str, description: what staff asked for, untrusted: true}
  told: {type: list, description: what the employee told, untrusted: true}
  day: {type: str, description: the day}
  days: {type: list, description: other days}"""

LEAKS = {
    "bare": "{{ topic }}",
    "attribute": "{{ told[0].text }}",
    "filtered after the fence": '{{ topic | fence("话题") | upper }}',
    "joined": '{{ "关于" ~ topic }}',
    "default": "{{ day or topic }}",
    "argument": '{{ day | replace("x", topic) }}',
    "branch": '{{ topic if day else "" }}',
    "loop": "{% for item in told %}{{ item.text }}{% endfor %}",
    "inner loop": "{% for item in told %}{% for part in item.parts %}{{ part }}{% endfor %}{% endfor %}",
    "pair": "{% for key, value in told[0].items() %}{{ key }}{% endfor %}",
    "neighbour": "{% for item in told %}{{ loop.nextitem.text }}{% endfor %}",
    "neighbour by key": '{% for item in told %}{{ loop["previtem"] }}{% endfor %}',
    "assigned": "{% set x = topic %}{{ x }}",
    "assigned in a condition": "{% if day %}{% set x = topic %}{% endif %}{{ x }}",
    "assigned twice over": "{% set x = topic %}{% set y = x %}{{ y }}",
    "printed before it is assigned": "{% for d in days %}{{ x }}{% set x = topic %}{% endfor %}",
    "assigned in the wrong order": "{% for d in days %}{{ y }}{% set y = x %}{% set x = topic %}{% endfor %}",
}
SOUND = {
    "fenced": '{{ topic | fence("话题") }}',
    "fenced in a loop": '{% for item in told %}{{ loop.index }} {{ item.text | fence("素材 " ~ item.id) }}{% endfor %}',
    "condition": '{{ "有" if topic else "没有" }}',
    "branch fenced": '{{ topic | fence("话题") if topic else "没有" }}',
    "own words": "{{ day }}{% for d in days %}{{ d }}{% endfor %}",
    "assigned and fenced": '{% set x = topic %}{{ x | fence("话题") }}',
}


def block(body):
    return "{% block user %}\n今天\n" + body + "\n{% endblock %}\n"


@pytest.mark.parametrize("body", LEAKS.values(), ids=LEAKS)
def test_outside_text_without_a_fence_is_refused_with_its_line(refused, body):
    error = refused(block(body), INPUTS)
    assert error.code == "prompt_unfenced"
    assert "greet_reader/v1.md.j2 第 16 行" in error.message and "fence" in error.hint


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_fenced_text_and_own_words_pass(prompt, body):
    told = [{"id": "m1", "text": "下雨了", "parts": []}]
    (message,) = prompt(block(body), INPUTS).render(topic="散步", told=told, day="周六", days=["周日"])
    assert message.content.startswith("今天\n")


def test_a_leak_in_an_include_is_refused_there(refused):
    error = refused(block('{% include "_shared/part.v1.md.j2" %}'), INPUTS, part="好\n{{ topic }}\n")
    assert error.code == "prompt_unfenced" and "part.v1.md.j2 第 2 行" in error.message


def test_a_loop_taints_what_is_included_in_it(refused):
    body = '{% for item in told %}{% include "_shared/part.v1.md.j2" %}{% endfor %}'
    error = refused(block(body), INPUTS, part="{{ item.text }}")
    assert error.code == "prompt_unfenced" and error.parameters["name"] == "item"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(topic) }}", "macro"),
        ("{% set x %}{{ day }}{% endset %}", "set … endset"),
        ("{% filter upper %}{{ day }}{% endfilter %}", "filter"),
        ("{% with x = topic %}{{ x }}{% endwith %}", "with"),
        ('{% import "_shared/part.v1.md.j2" as p %}', "import"),
        ('{% from "_shared/part.v1.md.j2" import p %}', "from … import"),
    ],
)
def test_tags_whose_output_cannot_be_followed_are_refused(refused, body, name):
    error = refused(block(body), INPUTS, part="好")
    assert (error.code, error.parameters["line"], error.parameters["name"]) == ("prompt_tag_refused", 16, name)


@pytest.mark.parametrize("name", ["tpoic", "range", "namespace", "self"])
def test_a_name_that_is_no_input_is_refused_with_its_line(refused, name):
    error = refused(block("{{ " + name + " }}"), INPUTS)
    assert (error.code, error.parameters["line"]) == ("prompt_name_unknown", 16)
    assert name in error.message and "topic" in error.hint


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("{% block user %}\n{{ day \n{% endblock %}", "prompt_syntax", 16),
        ("{% block user %}\n{{ day | shout }}\n{% endblock %}", "prompt_syntax", 15),
        ("{% block user %}a{% endblock %}\n{% block user %}b{% endblock %}", "prompt_syntax", 15),
        ("{% block user %}a{% endblock %}\n\n写得好一点\n", "prompt_outside_block", 16),
        ("{% block user %}a{% endblock %}\n{{ day }}", "prompt_outside_block", 15),
        ("{% set x = day %}\n{% block user %}{{ x }}{% endblock %}", "prompt_outside_block", 14),
        ("{% block user %}\n{% block user_task %}a{% endblock %}{% endblock %}", "prompt_block_wrong", 15),
        ("{% block user %}a{% endblock %}\n{% block robot %}b{% endblock %}", "prompt_block_wrong", 15),
        ("", "prompt_block_wrong", 1),
    ],
)
def test_a_template_written_wrongly_is_told_where(refused, body, code, line):
    error = refused(body, INPUTS)
    assert (error.code, error.parameters["line"]) == (code, line), error.message
    assert f"第 {line} 行" in error.message


@pytest.mark.parametrize(
    ("include", "code"),
    [
        ("day", "prompt_include_computed"),
        ('["_shared/part.v1.md.j2"]', "prompt_include_computed"),
        ('"_shared/none.v1.md.j2"', "prompt_include_missing"),
        ('"../../secret.txt"', "prompt_include_missing"),
        ('"_shared/part.v1.md.j2"', "prompt_include_circle"),
    ],
)
def test_an_include_the_digest_could_not_cover_is_refused(refused, include, code):
    error = refused(block("{% include " + include + " %}"), INPUTS, part='{% include "_shared/part.v1.md.j2" %}')
    assert error.code == code and "第" in error.message
