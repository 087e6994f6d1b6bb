"""Tables of codes, each built or kept with its source cited in `detente.events`."""
