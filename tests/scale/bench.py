"""The figures: `./run bench`, or `python tests/scale/bench.py`. `--quick` tries the benchmark itself on a tenth of everything.

An invented practice is filled in a folder that goes away again. The exit code says only that the run was whole: the table says what
was reached.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from figures import table
from practice import Measured, sign_in
from record import WRITERS, record
from report import report

from clinic import create_app
from clinic.config import Settings
from clinic.db import db, reading
from clinic.demo import address, fill
from clinic.setup import prepare

PRACTICE = {"name": "Bench", "time_zone": "America/New_York", "letterhead": ["Invented"], "demo": True}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_mapping({"practice": PRACTICE, "storage": {"folder": "data"}}, Path(folder))
        at = datetime.now(UTC)
        cast = fill(prepare(settings), at)
        app = create_app(settings)
        clients = [app.test_client() for _ in range(WRITERS + 1)]
        it = Measured(app, clients[0], cast.users["cleo"], at)
        for client in clients:
            sign_in(client, address("cleo"), cast.password("cleo"))
        with app.app_context(), reading():
            figures = [*report(app, cast.users["cleo"], cast.cases["couple"], at)]
            db.session.rollback()
        figures += record(it, clients[1:], quick="--quick" in sys.argv)
    print(table(figures))


if __name__ == "__main__":
    main()
