//! Where things lie on a host, and the systemd unit.

/// All configuration, secret included, as environment variables.
pub(super) const ENVIRONMENT_FILE: &str = "etc/default/orbit";
/// The systemd unit.
pub(super) const UNIT_FILE: &str = "usr/lib/systemd/system/orbit.service";

/// The unit. `CPUQuota` and the restart settings are the original's: they bound what an agent that goes wrong costs
/// its host, and bring it back whatever stopped it.
pub(super) const UNIT: &str = "\
[Unit]
Description=Orbit osquery
After=network.service syslog.service
StartLimitIntervalSec=0

[Service]
TimeoutStartSec=0
EnvironmentFile=/etc/default/orbit
ExecStart=/opt/orbit/bin/orbit/orbit
Restart=always
RestartSec=1
KillMode=control-group
KillSignal=SIGTERM
CPUQuota=20%

[Install]
WantedBy=multi-user.target
";
