"""The schema an editor reads."""

import jsonschema
import pytest
import yaml
from written_cases import CASE

from evals.case_schema import SCHEMA, schema, text


def test_the_committed_schema_is_current():
    assert SCHEMA.read_text(encoding="utf-8") == text(), "run: python -m evals cases schema"


def test_an_editor_accepts_a_good_case_and_underlines_an_unknown_id():
    written = yaml.load(CASE, Loader=yaml.BaseLoader)
    jsonschema.validate(written, schema())
    for place, key, value in ((written, "theme", "runing"), (written["brief"], "products", ["cofee-card"])):
        kept, place[key] = place[key], value
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(written, schema())
        place[key] = kept


def test_a_reference_holds_no_text_in_the_schema():
    assert "text" not in schema()["$defs"]["Reference"]["properties"]
