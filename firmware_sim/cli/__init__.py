"""`aburra sim`: a bench of simulated roadside hardware, and what talks to a running one."""
