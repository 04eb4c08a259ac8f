"""Takes whatever comes by HTTP, and keeps it as it came.

usage: http_any.py PORT STATUS FILE

A request becomes a line of JSON: method, path, headers, and its body in base64, unpacked. It is answered with STATUS.
"""

import base64
import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, STATUS, FILE = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
KEPT = open(FILE, "a", encoding="utf-8")  # for as long as the process lives
LOCK = threading.Lock()


class Any(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        line = {"path": self.path, "headers": dict(self.headers), "body": base64.b64encode(body).decode()}
        with LOCK:
            KEPT.write(json.dumps(line) + "\n")
            KEPT.flush()
        self.send_response(STATUS)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Any).serve_forever()
