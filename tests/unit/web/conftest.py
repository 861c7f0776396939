"""What the tests of sign-in and guards share; see `visiting`."""

import pytest
import visiting as visits


@pytest.fixture
def visiting(tmp_path):
    yield from visits.visiting(tmp_path / "home")
