"""Where documents are set: one process of its own, for the typesetter is not for threads and would slow every page.

Decides: how long a document may take, how often the process is renewed. Must never know: what a document says; it is handed
finished data and hands back bytes.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import threading
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from clinic import doctor
from clinic.places import FONTS, templates_folder

LONGEST_SECONDS = 60
DOCUMENTS_PER_PROCESS = 100


class CannotPrint(Exception):
    """A document could not be made; the text is a sentence for the person who asked."""


class Press:
    """One render process, started at the first document and renewed after a hundred."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def pdf(self, report: Any) -> bytes:
        """The document as PDF. Raises CannotPrint with a sentence."""
        problem = doctor.pdf_problem()
        if problem:
            raise CannotPrint(problem)
        try:
            waiting = self._hand_over(report)
            return waiting.result(timeout=LONGEST_SECONDS)
        except TimeoutError:
            self._stop(kill=True)
            raise CannotPrint("This document took longer than a minute to make. Choose a shorter period and try again.") from None
        except (BrokenProcessPool, CancelledError):
            self._stop()
            raise CannotPrint("The document could not be made just now. Please try again.") from None

    def _hand_over(self, report: Any) -> Future[bytes]:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    max_workers=1,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_stand_back,
                    max_tasks_per_child=DOCUMENTS_PER_PROCESS,
                )
                atexit.register(self._stop, kill=True)
            return self._pool.submit(_set_in_type, report, templates_folder(), FONTS)

    def _stop(self, *, kill: bool = False) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes if kill else ():
            process.kill()


press = Press()


def _stand_back() -> None:
    """Documents can wait a moment; pages cannot."""
    if hasattr(os, "nice"):
        os.nice(5)


def _set_in_type(report: Any, templates: Path, fonts: Path) -> bytes:
    from reports import render_pdf

    try:
        return render_pdf(report, templates, fonts)
    except Exception as error:  # the other process may not know how to raise it, and its text may quote a record
        if type(error).__module__.startswith("reports"):
            raise CannotPrint(str(error)) from None
        raise CannotPrint(f"The document could not be made ({type(error).__name__}).") from None
