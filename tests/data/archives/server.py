"""A server of one's own that answers like the good and the bad ones out there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What the server does; a test may change it between requests."""

    content: bytes = b""
    etag: str = '"one"'
    type: str = "application/zip"
    status: int = 200
    ranges: bool = True
    tells_length: bool = True
    drop_after: list[int] = field(default_factory=list)
    """For each of the next answers: bytes after which the connection breaks."""
    refuse: list[int] = field(default_factory=list)
    """Statuses of the next answers, before all is well."""
    asked: list[str] = field(default_factory=list)
    """The Range of each request; empty: all of it."""
    pages: dict[str, bytes] = field(default_factory=dict)
    """Path -> other contents, such as JSON."""
    address: str = ""


@contextmanager
def serve() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            answer(self, site)

        def log_message(self, *_):
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}/set.zip"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(handler: BaseHTTPRequestHandler, site: Site) -> None:
    wanted = handler.headers.get("Range", "")
    site.asked.append(wanted)
    handler.close_connection = True
    status = site.refuse.pop(0) if site.refuse else site.status
    if status != 200:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    content, start = site.pages.get(handler.path, site.content), 0
    if wanted and site.ranges and handler.headers.get("If-Range") == site.etag:
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    if start > len(content):
        handler.send_response(416)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Type", site.type)
    handler.send_header("Connection", "close")
    if site.etag:
        handler.send_header("ETag", site.etag)
    if site.tells_length:
        handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    end = start + site.drop_after.pop(0) if site.drop_after else len(content)
    handler.wfile.write(content[start:end])
