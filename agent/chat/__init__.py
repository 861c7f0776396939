"""The chat: turns in, typed answers out, the same object behind a terminal and a page. It knows no layout."""
