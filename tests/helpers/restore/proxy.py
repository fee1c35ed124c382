"""A proxy before the server that lets something happen at one request."""
import contextlib
import http.client
import http.server
import threading
import urllib.parse

from server import ENDPOINT


class Proxy:
    """Calls `happen` before or after the request of that number: once, or with `on` at each one from there. Where
    that returns True the client gets no answer, and where it returns (status, body) that one."""

    def __init__(self, when, nth, happen, on=False):
        self.when, self.nth, self.happen, self.on = when, nth, happen, on
        self.lock = threading.Lock()
        self.seen = 0
        self.happened = False
        self.requests = []  # "METHOD target" of each
        self.writes_before = False  # whether something was written by then, that request included
        self.writes_after = False
        self.server = Server(("127.0.0.1", 0), self)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, request):
        """Whether it is the turn of the request that came now."""
        with self.lock:
            self.seen += 1
            self.requests.append(request)
            if not request.startswith(("GET", "HEAD")):
                if self.seen <= self.nth:
                    self.writes_before = True
                else:
                    self.writes_after = True
            return self.seen == self.nth or (self.on and self.seen > self.nth)

    def strike(self, when):
        if when != self.when:
            return None
        self.happened = True
        return self.happen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, proxy):
        super().__init__(address, Passing)
        self.proxy = proxy

    def handle_error(self, *_):
        pass  # a killed client


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        mine = self.server.proxy.count(f"{self.command} {self.path}")
        struck = self.server.proxy.strike("before") if mine else None
        if not struck:
            answer, content = self.ask(body)
            struck = self.server.proxy.strike("after") if mine else None
            if not struck:
                with contextlib.suppress(OSError):
                    self.give(answer, content)
                return
        if struck is True:
            self.close_connection = True
            return
        with contextlib.suppress(OSError):
            self.send_response(struck[0])
            self.send_header("Content-Length", str(len(struck[1])))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else struck[1])

    def ask(self, body):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(ENDPOINT).netloc, timeout=60)
        path = "/" + self.path.split("/", 3)[3] if self.path.startswith("http") else self.path
        connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("expect", "proxy-connection"):
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def give(self, answer, content):
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        if self.command == "HEAD":
            self.send_header("Content-Length", answer.getheader("content-length", "0"))
        elif answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

    def log_message(self, *_):
        pass
