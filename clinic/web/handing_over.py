"""A one-time link on its way to one person: on a screen or on paper, once, with a code that a phone can read.

Decides: how the link is drawn. Must never know: whose it is.
"""

from __future__ import annotations

import segno


def qr_code(link: str) -> str:
    """The link as a picture in a data: address, so that nothing is fetched and nothing is kept."""
    picture: str = segno.make(link, error="m", micro=False).svg_data_uri(scale=5, border=2, dark="#2a2833", nl=False)
    return picture
