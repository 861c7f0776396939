"""The drafting graph: state, nodes, routing and nothing that wires it."""
