"""`aburra run`: everything on one machine, each program a process of its own."""
