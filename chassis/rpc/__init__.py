"""gRPC: servers, channels and how refusals travel."""
