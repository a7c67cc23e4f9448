"""The demo salon: the world of `gateway demo`, `gateway serve --demo` and the tests."""
