//! A host on which the agent has been used.

/// A shell script that leaves behind what orbit, osqueryd and an administrator leave behind while the package is installed.
pub const USE_IT: &str = r"
mkdir -p /var/lib/orbit /opt/orbit/osquery.db /opt/orbit/staging /opt/orbit/bin/orbit/linux/stable/old
echo key >/opt/orbit/secret-orbit-node-key.txt
echo row >/opt/orbit/osquery.db/000001.sst
echo part >/opt/orbit/staging/part
echo state >/var/lib/orbit/state
echo line >/var/log/orbit/orbit.log
echo line >/var/log/osquery/osqueryd.results.log
echo --edited >/opt/orbit/osquery.flags
";
