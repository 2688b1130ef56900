"""A session on this site under fire: real processes, real encoders, people who press, ask and vote until they are heard."""
