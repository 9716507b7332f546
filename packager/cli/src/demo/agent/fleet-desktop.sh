#!/bin/sh
# A stand-in for Fleet Desktop, made for the demonstration.
set -u
version=@VERSION@

case "${1-}" in
--version | -version)
    echo "fleet-desktop $version (sample)"
    exit 0
    ;;
--help | -help | -h)
    echo "usage: fleet-desktop [--version] [--help]"
    exit 0
    ;;
esac

echo "fleet-desktop $version (sample): there is no icon to show"
trap 'kill "$sleeper" 2>/dev/null; exit 0' INT TERM
while :; do
    sleep 3600 &
    sleeper=$!
    wait "$sleeper"
done
