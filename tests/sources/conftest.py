"""Files written for one test, and a web server that misbehaves on request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(content, name="data.csv") -> path of a file with those bytes (text is written as UTF-8)."""

    def _write(content: bytes | str, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


class Server:
    """A server on 127.0.0.1 that gives its `answers` in turn, the last one for ever, and keeps the headers it was sent."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[dict[str, str]] = []
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.httpd.daemon_threads = True

    def url(self, path: str = "/data.csv") -> str:
        return f"http://127.0.0.1:{self.httpd.server_port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.requests.append({**self.headers, "path": self.path})
                answer = server.answers[min(len(server.requests), len(server.answers)) - 1]
                answer(self)

            def end_headers(self) -> None:
                self.send_header("Connection", "close")  # said aloud, or the client may reuse a connection being closed
                super().end_headers()

            def log_message(self, *args: object) -> None:
                """Tests stay quiet."""

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.httpd.shutdown()
    made.httpd.server_close()
    thread.join()
