"""What every test may ask for."""

import pytest
from endpoints import Endpoint


@pytest.fixture
def endpoint():
    """A scripted endpoint on this machine."""
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()
