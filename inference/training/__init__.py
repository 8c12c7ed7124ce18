"""Making the bundled model: data, mixing, network, training, export. Never imported by services."""
