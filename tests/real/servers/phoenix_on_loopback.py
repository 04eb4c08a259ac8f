"""Arize Phoenix, with its gRPC port on loopback: it binds every address, and has no setting for that."""

import sys

import grpc.aio._server

add_insecure_port = grpc.aio._server.Server.add_insecure_port
grpc.aio._server.Server.add_insecure_port = lambda server, address: add_insecure_port(
    server, address.replace("[::]", "127.0.0.1")
)

from phoenix.server.main import main  # after the change above

sys.argv = ["phoenix", "serve"]
main()
