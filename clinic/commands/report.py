"""`clinic report`: a document from the command line, with the rights and the refusals of the page.

    clinic report progress --case CODE --audience counselor|joint|person [--person CODE] [--from D --to D] --as EMAIL --out FILE
"""

from __future__ import annotations




