"""Readers of one page, in a process of their own: `python -m bench.reader`, one JSON request on its input.

In: {"port", "path", "cookie", "readers", "pages"}. Out: {"seconds", "times" (ms, sorted), "bytes", "status"}.
The times run from connecting to the last byte; the server's sync workers close after each answer.
"""

import http.client
import json
import sys
import threading
import time
from typing import Any


def main() -> None:
    wish = json.load(sys.stdin)
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "en", "Host": "localhost"}
    if wish["cookie"]:
        headers["Cookie"] = wish["cookie"]
    times: list[float] = []
    seen: dict[str, Any] = {"bytes": 0, "status": 0}
    tickets = iter(range(wish["pages"]))
    guard = threading.Lock()

    def read() -> None:
        while True:
            with guard:
                if next(tickets, None) is None:
                    return
            started = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", wish["port"], timeout=60)
            connection.request("GET", wish["path"], headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            times.append(1000 * (time.perf_counter() - started))
            seen["bytes"] = max(seen["bytes"], len(body))
            seen["status"] = max(seen["status"], answer.status)

    threads = [threading.Thread(target=read) for _ in range(wish["readers"])]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump({"seconds": time.perf_counter() - started, "times": sorted(times), **seen}, sys.stdout)


if __name__ == "__main__":
    main()
