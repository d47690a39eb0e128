"""What the tests of pages share."""

import html
import re
from typing import Any

from django.test import Client

ACME = "/o/acme/"


def text_of(answer: Any) -> str:
    """The page's words, tags taken away."""
    content = re.sub(r"<(script|style|datalist)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", content)))


def errors_of(answer: Any) -> str:
    """What the form says is wrong."""
    found = re.findall(r'class="error-summary".*?</div>', answer.content.decode(), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", " ".join(found)))


def follow(client: Client, path: str, **values: Any) -> Any:
    """Send a form and look at the page it leads to."""
    return client.post(path, values, follow=True)
