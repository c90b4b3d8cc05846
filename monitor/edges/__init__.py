"""The only I/O: the network, the database, files, mail, worker processes. Edges know no stage and no other edge."""
