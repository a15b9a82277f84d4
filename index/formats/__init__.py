"""One module a format: bytes in, articles out; the difficult ones run in a child process that may fail."""
