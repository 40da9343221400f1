"""Turn the lucide icons that we use into one Jinja macro, so that an icon costs no request and no browser's
reading of the content security policy can hide it.

Decides: which icons there are. Must never know: where they are used.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ICONS = """
activity archive arrow-down arrow-left arrow-right arrow-up bell book-open calendar calendar-clock chart-line check
chevron-down chevron-left chevron-right circle circle-check circle-dashed circle-dot circle-pause circle-slash
circle-user-round clipboard-check clipboard-list clock copy door-open download eye eye-off file-text flag folder-open
hand-heart heart-handshake history hourglass info key-round keyboard layers library life-buoy link list-checks lock log-out mail
menu message-circle message-square-text monitor-smartphone notebook-pen pencil phone plus printer qr-code rotate-ccw
save search send settings share-2 shield shield-check smartphone sprout square-pen trash-2 triangle-alert undo-2
user-plus user-round users-round wifi-off x
""".split()  # noqa: SIM905 (eighty quoted names would be harder to read)

HEAD = """{#- Icons (lucide, ISC). Made by .dev/icons.py: change it there, not here.

    {% from "components/icons.html" import icon %}
    {{ icon("lock") }}                      beside words: hidden from screen readers
    {{ icon("lock", "icon--large") }}       with a further class

  An unknown name prints nothing. -#}
{% macro icon(name, extra="") -%}
<svg class="icon {{ extra }}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" \
stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
"""


def strokes(path: Path) -> str:
    """The drawing alone: without licence comment, wrapper and line breaks."""
    text = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.S)
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    return re.sub(r"\s*/>", "/>", re.sub(r"\s+", " ", inner)).replace("> <", "><").strip()


def build(folder: Path, out: Path) -> None:
    branches = []
    for number, name in enumerate(sorted(ICONS)):
        word = "if" if number == 0 else "elif"
        branches.append(f'{{%- {word} name == "{name}" %}}{strokes(folder / f"{name}.svg")}')
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(HEAD + "\n".join(branches) + "\n{%- endif %}</svg>\n{%- endmacro %}\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
