"""A server for each test that asks for one, and no waiting between tries."""

import pytest

from hairline.data.archives import fetch
from tests.data.archives.server import Site, serve


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(fetch, "PAUSES", (0.0, 0.0, 0.0))
    with serve() as site:
        yield site
