"""Printed documents: frozen data in, PDF out. Knows no database, no request and no user."""

from reports.pdf import document_name, render_html, render_pdf
from reports.progress import Audience, PageSize, ProgressReport

__all__ = ["Audience", "PageSize", "ProgressReport", "document_name", "render_html", "render_pdf"]
