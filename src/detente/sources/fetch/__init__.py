"""Files of events from where they are published: lists, downloads, what became of each file.

A feed is a declaration, as a source is: one file with a `Feed` whose `manifest` asks the
publisher's list what there is, and one line in `feeds.py`. What all feeds share stands in the other
modules.
"""

from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.feeds import all_feeds, get_feed, register_feed
from detente.sources.fetch.hosts import Hosts, hosts_from
from detente.sources.fetch.secrets import need_secret, secret
from detente.sources.fetch.tries import MissingError, RefusedError
from detente.sources.fetch.wanted import Feed, Span, Wanted

__all__ = [
    "Client",
    "Feed",
    "Hosts",
    "MissingError",
    "RefusedError",
    "Span",
    "Wanted",
    "all_feeds",
    "get_feed",
    "hosts_from",
    "need_secret",
    "open_client",
    "register_feed",
    "secret",
]
