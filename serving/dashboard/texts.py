"""Every string of the dashboard: the texts of each page in one registry, keys unique throughout (a test holds it)."""

from __future__ import annotations

from serving.dashboard import (
    texts_account,
    texts_account_page,
    texts_case,
    texts_context,
    texts_forms,
    texts_frame,
    texts_models,
    texts_overview,
    texts_queue,
    texts_reports,
    texts_suspects,
    texts_units,
    texts_words,
)

PARTS: tuple[dict[str, tuple[str, str]], ...] = (  # a page brings its own file of texts: add its TEXTS here
    texts_frame.TEXTS,
    texts_words.TEXTS,
    texts_overview.TEXTS,
    texts_queue.TEXTS,
    texts_case.TEXTS,
    texts_context.TEXTS,
    texts_forms.TEXTS,
    texts_account.TEXTS,
    texts_account_page.TEXTS,
    texts_units.TEXTS,
    texts_suspects.TEXTS,
    texts_models.TEXTS,
    texts_reports.TEXTS,
)
TEXTS: dict[str, tuple[str, str]] = {key: pair for part in PARTS for key, pair in part.items()}
