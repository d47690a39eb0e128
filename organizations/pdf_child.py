"""Makes a PDF of the HTML on standard input, as a process of its own: `python -I pdf_child.py`.

It imports nothing of the product. WeasyPrint would leave 75 MB in a web process for good (100 ms are won by it, 0.5 s
a document are lost here), and a document that never ends must not hold one.
"""

import os
import resource
import sys
from typing import Any, NoReturn

MEMORY_BYTES = 1 << 30
SECONDS = 50


def limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fetch_nothing(url: str, *_arguments: Any, **_options: Any) -> NoReturn:
    """Whatever a document asks for: it has all it needs in itself."""
    raise ValueError(f"not fetched: {url}")


def main() -> None:
    limit_process()
    from weasyprint import HTML

    html = sys.stdin.buffer.read().decode()
    document = HTML(string=html, url_fetcher=fetch_nothing)
    sys.stdout.buffer.write(document.write_pdf(pdf_tags=True, pdf_identifier=False))
    sys.stdout.flush()
    # Pango looks for fonts in a thread of its own. An ordinary exit unloads its library while the thread may still be
    # running in it: a segmentation fault once in some thousand papers.
    os._exit(0)


if __name__ == "__main__":
    main()
