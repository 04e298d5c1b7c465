"""The journeys' server sends everything as it is; the office's compresses. Where bytes count, this stands between."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

#: Of the answer: measured anew, or a matter of the connection alone.
OWN = {"content-length", "connection", "keep-alive", "transfer-encoding", "date", "server"}


@contextmanager
def compressing(url: str) -> Iterator[str]:
    """The address under which what `url` serves can be had compressed."""
    behind = urlsplit(url).netloc

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server = HTTPConnection(behind)
            server.request(self.command, self.path, body or None, dict(self.headers.items()))
            answer = server.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OWN:
                    self.send_header(name, value)
            if len(content) > 200:
                content = gzip.compress(content, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            server.close()

        do_GET = do_POST = do_HEAD = _pass_on

        def log_message(self, *args: object) -> None:
            """Quiet."""

    front = ThreadingHTTPServer(("localhost", 0), Front)
    front.daemon_threads = True
    Thread(target=front.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{front.server_port}"
    finally:
        front.shutdown()
        front.server_close()
