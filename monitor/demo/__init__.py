"""The demo newsroom: a small web of made-up papers on loopback, for `monitor demo` and for tests.

press.py     the content: TOML under pages/ -> Publisher, Page
assemble.py  copies, shortened copies and updates, built from the page they refer to
html.py      a page as its paper would print it (templates/)
feeds.py     what a paper offers to feed readers, good and bad
server.py    Newsroom: one HTTP server a paper, three days to switch through

The papers are invented, the reported facts of 18 to 20 August 2024 are not, and all wording is ours.
Nothing in the pipeline knows that it reads a demo.
"""
