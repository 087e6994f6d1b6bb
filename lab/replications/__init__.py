"""Published findings, computed again from named inputs."""
