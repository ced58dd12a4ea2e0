"""From a proposal to a confirmed face: arbiter, composer, dispatcher."""
