"""One loaded page, judged in both schemes: what is on it is the same, only its colours are others."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.product import COLOURS, judge_page


def judge_both(page: Page, name: str) -> None:
    """Judges a page in the scheme that it was loaded in, then in the other one, in which the next is loaded."""
    judge_page(page, name)
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    other = "light" if dark else "dark"
    page.emulate_media(color_scheme="light" if dark else "dark")
    page.locator(f'html[data-mantine-color-scheme="{other}"]').wait_for(state="attached")
    judge_page(page, name, COLOURS)
