# shellcheck shell=bash
# Nothing runs until somebody asks; then the daemon runs as its own user, confined as its unit says, and answers.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
install_provider

same 'before the first call the service is' inactive "$(show ActiveState)"
wrap team-a encrypted
opens encrypted
same 'after it the service is' active "$(show ActiveState)"
pid=$(show MainPID)
of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }
same 'its user' "$(id -u coffer)" "$(stat -c %u "/proc/$pid")"
same 'its capabilities' 0000000000000000 "$(of CapEff)"
same 'its bounding set' 0000000000000000 "$(of CapBnd)"
same 'no new privileges' 1 "$(of NoNewPrivs)"
same 'seccomp' 2 "$(of Seccomp)"
has 'its limits' "$(grep 'core file size' "/proc/$pid/limits")" ' 0 '
locked=$(of VmLck)
((${locked%% *} > 0)) || fail "no memory is locked: $locked"
same 'network devices it sees' lo "$(nsenter -t "$pid" -n ls /sys/class/net 2>/dev/null || sed -n 's/^ *\([^ :]*\):.*/\1/p' "/proc/$pid/net/dev")"
! nsenter -t "$pid" -m touch /etc/coffer/x 2>/dev/null || fail 'it may write its configuration'
! nsenter -t "$pid" -m ls /root/. 2>/dev/null | grep -q . || fail 'it sees home folders'
has 'what it maps' "$(sed -n 's/^[^ ]* \(....\) .*/\1/p' "/proc/$pid/maps" | sort -u | tr '\n' ' ')" 'r-xp'
! grep -q '^[^ ]* .wx' "/proc/$pid/maps" || fail 'memory is both writable and executable'
! logged -i 'error' || fail 'it logged an error'
