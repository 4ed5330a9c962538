"""Usage: list_below_path.py MIRROR HOST REPOSITORY

Puts a proxy in front of a mirror that offers it below the path /hub, under the name HOST, as nginx with `proxy_set_header Host`
does, and lists a repository's files through it with the real client. Prints how many files it found, and how many of them `get_paths_info` knows.
"""

import http.client
import http.server
import sys
import threading
import urllib.parse

from huggingface_hub import HfApi

mirror, host, repository = sys.argv[1:]
address = urllib.parse.urlsplit(mirror)


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def pass_on(self):
        if not self.path.startswith("/hub/"):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        inner = http.client.HTTPConnection(address.hostname, address.port)
        inner.request(self.command, self.path.removeprefix("/hub"), body or None, {**headers, "Host": host, "X-Forwarded-Proto": "https"})
        answer = inner.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = pass_on


proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
api = HfApi(endpoint=f"http://127.0.0.1:{proxy.server_port}/hub")
files = [entry.path for entry in api.list_repo_tree(repository, recursive=True) if hasattr(entry, "blob_id")]
known = api.get_paths_info(repository, files + files)
print(len(set(files)), len(known))
