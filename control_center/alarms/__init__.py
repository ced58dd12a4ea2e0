"""What an operator must know now: few alarms, held, with a parent silencing its children."""
