"""The door: how a request comes in over HTTP or a socket, what it may ask for, and how it is run."""
