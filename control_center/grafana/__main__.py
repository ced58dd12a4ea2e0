"""`python -m control_center.grafana FILE.json` writes the dashboard for Grafana's provisioning."""

import sys
from pathlib import Path

from control_center.grafana.dashboard import write_dashboard

if len(sys.argv) != 2:  # noqa: PLR2004 - the program's name and one argument
    sys.exit(__doc__)
write_dashboard(Path(sys.argv[1]))
