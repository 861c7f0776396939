"""`agent doctor` before a first run with a model: silent without `--probe`, plain words with it."""

import processes
import pytest
from endpoints import Step

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)


def test_without_probe_nothing_is_sent(agent, endpoint):
    done = agent("doctor")
    assert done.returncode == 0, done.stdout
    assert "写稿 test-model" in done.stdout and "write_note@1" in done.stdout
    assert endpoint.requests == [] and "sk-secret-key" not in done.stdout


def test_a_probe_tells_the_model_and_the_shape(agent, endpoint):
    endpoint.script = {"*": [{"ready": True}]}
    done = agent("doctor", "--probe")
    assert done.returncode == 0 and "有 test-model" in done.stdout and "json_schema 可用" in done.stdout
    endpoint.script = {"*": ["好的"]}
    assert "没有按格式作答" in agent("doctor", "--probe").stdout


def test_a_refused_key_is_told_with_a_remedy(agent, endpoint):
    endpoint.script = {"*": [Step(status=401)]}
    done = agent("doctor", "--probe")
    assert done.returncode == 2 and "✗ 接口" in done.stdout and "OPENAI_API_KEY" in done.stdout
    assert "sk-secret-key" not in done.stdout + done.stderr


def test_without_a_model_there_is_nothing_to_ask(agent, endpoint):
    done = agent("doctor", "--probe", set={"KOSNOTE_MODEL": ""})
    assert done.returncode == 0 and "没有配置模型" in done.stdout and endpoint.requests == []
