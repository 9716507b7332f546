#!/bin/sh
# A stand-in for orbit, Fleet's agent, made for the demonstration. It runs in the foreground as orbit does, says which
# settings it was given (their names, never their values), and waits until it is told to stop.
set -u
version=@VERSION@

case "${1-}" in
--version | -version | version)
    echo "orbit $version (sample)"
    exit 0
    ;;
--help | -help | -h | help)
    echo "usage: orbit [--version] [--help]"
    echo "Settings are read from the environment: ORBIT_FLEET_URL, ORBIT_ENROLL_SECRET, ..."
    exit 0
    ;;
esac

echo "orbit $version (sample): starting with these settings:"
env | sed -n 's/^\(ORBIT_[A-Z_]*\)=.*/  \1/p' | sort
if [ -z "${ORBIT_FLEET_URL-}" ]; then
    echo "orbit: ORBIT_FLEET_URL is not set" >&2
    exit 1
fi

trap 'kill "$sleeper" 2>/dev/null; echo "orbit: stopping"; exit 0' INT TERM
while :; do
    sleep 3600 &
    sleeper=$!
    wait "$sleeper"
done
