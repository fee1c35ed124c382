"""A server on the way to another that lets a third one in at a chosen moment.

between.py URL before|after NUMBER METHOD TEXT COMMAND...

Prints its own URL, then passes all requests on to URL, unchanged. COMMAND is run once: before the
request of that number among those of METHOD whose target holds TEXT is passed on, or after it was
answered and before the answer is passed back. Its failure is answered with 500. Ends with SIGTERM.
"""
import http.client
import http.server
import subprocess
import sys
import threading
import urllib.parse

url, when, number, method, text, *command = sys.argv[1:]
target = urllib.parse.urlsplit(url).netloc
lock = threading.Lock()
seen = 0


def is_the_moment(request):
    global seen
    with lock:
        if request.command != method or text not in request.path:
            return False
        seen += 1
        return seen == int(number)


def let_in():
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        moment = is_the_moment(self)
        done = let_in() if moment and when == "before" else True
        # The host stays the one that was signed.
        connection = http.client.HTTPConnection(target, timeout=30)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "expect":
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        done = let_in() if moment and when == "after" else done
        self.send_response_only(answer.status if done else 500)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

    def log_message(self, *_):
        print(self.command, self.path, file=sys.stderr)

    def log_request(self, *_):
        self.log_message()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
