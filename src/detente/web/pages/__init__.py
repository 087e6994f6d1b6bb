"""One file a page; each registers itself (`detente.web.page`)."""
