"""Whether all of a page fits: in the window, and in whatever it stands in."""

from __future__ import annotations

BURSTS = """() => [document.documentElement, ...document.querySelectorAll("#app *")]
  .filter((one) => (one.scrollWidth > one.clientWidth + 1
      && /auto|scroll/.test(getComputedStyle(one).overflowX))
    || one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".places, .sr, .skip"))
  .map((one) => one.outerHTML.slice(0, 120))"""
"""What one would have to scroll sideways for, or would not see."""
