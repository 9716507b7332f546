#!/bin/sh
# A stand-in for osqueryd, made for the demonstration. It says which flags it was given (their names, never their
# values), and waits until it is told to stop.
set -u
version=@VERSION@

case "${1-}" in
--version | -version)
    echo "osqueryd version $version (sample)"
    exit 0
    ;;
--help | -help | -h)
    echo "usage: osqueryd [--version] [--help] [--flagfile=PATH] [--flag=value ...]"
    exit 0
    ;;
esac

echo "osqueryd $version (sample): starting with these flags:"
for flag in "$@"; do
    echo "  ${flag%%=*}"
done

trap 'kill "$sleeper" 2>/dev/null; echo "osqueryd: stopping"; exit 0' INT TERM
while :; do
    sleep 3600 &
    sleeper=$!
    wait "$sleeper"
done
