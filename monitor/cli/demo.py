"""demo: the whole pipeline on a small web of our own."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--into", "folder", type=click.Path(file_okay=False), default="demo-newsroom", show_default=True,
              help="Where the demo's working folder is laid; emptied first if a demo made it.")  # fmt: skip
def demo(folder: str) -> None:
    """Three days of a trip: made-up papers on loopback, the real pipeline, three digests."""
    from monitor.demo.play import play

    play(Path(folder), click.echo)
