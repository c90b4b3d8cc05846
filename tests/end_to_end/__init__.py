"""What the end-to-end tests share: the real command line, a site on loopback, the demo played once, the store read.

command.py   a command in a process of its own
warm.py      the process that such commands are forked from, so that each need not import everything
site.py      one small HTTP server with pages and a feed
folder.py    a working folder whose watch follows given sources
stored.py    monitor.db read with the standard library, not with our own store
newsroom.py  the three days of the demo, played once for all test processes
pages.py     plain text as web pages, and the furniture that sites put around it
"""
