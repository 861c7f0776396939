"""Small archives, and how to read what came of them."""

import json
from datetime import date

DAY = date(2026, 11, 24)
LIFE = "周末带爸妈去植物园，上午十点到，门口的银杏正黄。走累了就在长椅上坐着晒太阳。"
BAD = "这款理财稳赚不赔，闭眼入就行。"
HIDDEN = "那款基金文赚不赔，大家放心。"


def note(number):
    body = {7: BAD, 11: HIDDEN, 13: "这个存款是保本的吗？"}.get(number % 17, "")
    return {"id": f"n{number}", "title": f"植物园 {number}", "body": f"{LIFE}第{number}次来。{body}"}


def write_lines(path, notes):
    path.write_text("".join(json.dumps(n, ensure_ascii=False) + "\n" for n in notes), encoding="utf-8")
    return path


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
