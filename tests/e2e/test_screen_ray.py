"""A screening on a Ray cluster of two nodes writes what one process writes; needs the extra `ray`."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.ray
RUN = "from agent.cli.main import run; run()"
CLUSTER = """
import os, subprocess, sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
import ray
ray.init(address=cluster.address, log_to_driver=False)
print("nodes", len([node for node in ray.nodes() if node["Alive"]]))
ray.shutdown()
done = subprocess.run([sys.executable, *sys.argv[1:]], env={**os.environ, "RAY_ADDRESS": cluster.address})
cluster.shutdown()
sys.exit(done.returncode)
"""


def write_archive(path):
    bodies = ["早上去植物园走了一圈。", "这款理财稳赚不赔，闭眼入就行。", "门口的银杏正黄。"]
    notes = [{"id": f"n{n}", "title": "植物园", "body": bodies[n % 3] + str(n)} for n in range(900)]
    rows = [json.dumps(note, ensure_ascii=False) for note in notes]
    rows[5] = "{broken"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_two_nodes_write_what_one_process_writes(tmp_path):
    pytest.importorskip("ray", reason="needs the extra ray")
    write_archive(tmp_path / "archive.jsonl")
    asked = ["screen", str(tmp_path / "archive.jsonl"), "--as-of", "2026-11-24", "--out"]
    one = [sys.executable, "-c", RUN, *asked, str(tmp_path / "one.jsonl"), "--workers", "1"]
    assert subprocess.run(one, capture_output=True, timeout=120).returncode == 1
    many = [sys.executable, "-c", CLUSTER, "-c", RUN, *asked, str(tmp_path / "ray.jsonl"), "--engine", "ray"]
    quiet = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(many, capture_output=True, text=True, timeout=240, env=quiet)
    assert done.returncode == 1, done.stderr[-3000:]
    assert "nodes 2" in done.stdout
    for name in ("{}.jsonl", "{}.rejected.jsonl"):
        assert (tmp_path / name.format("ray")).read_bytes() == (tmp_path / name.format("one")).read_bytes()
