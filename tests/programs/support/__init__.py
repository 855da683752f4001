"""What the program tests share: sides, processes, certificates, servers, the report."""
