"""What stands before every page, route and socket: one module a guard. None knows what a page or a route does."""
