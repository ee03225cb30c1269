#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 60
#
# What `rrasd -t` says of mistakes in the configuration and in the secrets file: file, line
# and reason, exit status 1; and that it says nothing of what is right.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
RRASD=${RRASD:-$here/../../rrasd/rrasd}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

count=0
failed=0

result() { # GOOD TEXT
	count=$((count + 1))
	if [[ $1 -eq 1 ]]; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	sed 's/^/#   /' out
}

# The configuration that the mistakes are put into; line 3 of each is the mistake.
base() {
	printf '%s\n' '[wan]' 'local-address 10.64.0.1' "$1" '[pool]' \
		'address 10.64.0.2-10.64.0.9' '[auth]' "secrets $work/secrets" \
		'[pppoe]' 'interface eth0'
}

check() {
	local status=0
	"$RRASD" -c "$work/conf" -t >out 2>&1 || status=$?
	echo "status $status" >>out
	return "$status"
}

# wrong LINE REASON TEXT: that text in line 3 is a mistake in LINE, for REASON (grep -E).
wrong() {
	local line=$1 reason=$2 status=0
	base "$3" >conf
	check || status=$?
	result "$((status == 1 && $(grep -cE "conf:$line: .*$reason" out) == 1))" \
		"line $line, $reason: ${3//$'\n'/ | }"
}

# whole REASON: the configuration as a whole has that mistake.
whole() {
	local status=0
	check || status=$?
	result "$((status == 1 && $(grep -cE "$1" out) >= 1))" "$1"
}

# right TEXT [WARNING]
right() {
	local status=0
	base "$1" >conf
	check || status=$?
	result "$((status == 0 && $(grep -cE "${2:-good, [0-9]+ user}" out) >= 1))" \
		"good: ${1//$'\n'/ | }"
}

(umask 077 && echo 'alice * secret *' >secrets)

right ''
right '# a comment'
right $'\tinterface   ras7   # with a comment behind'
right '[auth]
name "a name with blanks # and no comment"'
right '[ppp]
echo-interval 500ms'
right 'create yes
create no' 'line 3 already'

wrong 3 'no key .nonsense' 'nonsense 1'
wrong 3 'no section is called .nonsense' '[nonsense]'
wrong 3 'nothing after it' '[wan'
wrong 3 'nothing after it' '[wan] x'
wrong 3 'value is missing' 'interface'
wrong 3 'value is missing' 'interface ""'
wrong 3 'not closed' 'interface "ras0'
wrong 3 'at most 15' 'interface abcdefghijklmnop'
wrong 3 'no blanks' 'interface ras/0'
wrong 3 'yes or no' 'create maybe'
wrong 3 'IPv4 address' 'local-address 10.0.0'
wrong 3 'IPv4 address' 'local-address ::1'
wrong 3 'unicast' 'local-address 224.0.0.1'
wrong 3 'unicast' 'local-address 0.0.0.0'
wrong 3 'unicast' 'local-address 255.255.255.255'
wrong 3 'longer than' "interface $(printf '%0600d' 0)"
wrong 4 'lower than the first' $'[pool]\naddress 10.1.0.9-10.1.0.2'
wrong 4 'beyond the prefix' $'[pool]\naddress 10.1.0.9/24'
wrong 4 'prefix length' $'[pool]\naddress 10.1.0.0/2'
wrong 4 'prefix length' $'[pool]\naddress 10.1.0.0/x'
wrong 4 '1048576' $'[pool]\naddress 10.1.0.0-11.1.0.0'
wrong 4 'IPv4 address' $'[pool]\naddress 10.1.0.0-'
wrong 5 'overlaps' $'[pool]\naddress 10.1.0.0/24\naddress 10.1.0.200-10.1.1.1'
wrong 4 'number from 128 to 1492' $'[ppp]\nmru 1500'
wrong 4 'too large' $'[ppp]\nmru 99999999999999999999'
wrong 4 'nothing after it' $'[ppp]\nmru 1400x'
wrong 4 'mru' $'[ppp]\nmru -1'
wrong 4 'time such as' $'[ppp]\necho-interval 3d'
wrong 4 'time from' $'[ppp]\necho-interval 5h'
wrong 4 'IPv4 address' $'[ppp]\ndns1 example.org'
wrong 4 'chap-md5 mschapv2 pap' $'[auth]\nmethods eap'
wrong 4 'begins with /' $'[auth]\nsecrets secrets'
wrong 4 'number from 1' $'[limits]\nsessions 0'
wrong 4 'error, warning, info or debug' $'[daemon]\nlog-level loud'
wrong 4 'at most' $'[daemon]\ncontrol-socket /'"$(printf '%0200d' 0)"

right $'[dial wan0]\nover pppoe eth1\nfilter "udp port 53 or icmp"'
wrong 3 'expected \[dial INTERFACE\]' '[dial]'
wrong 4 'pppoe and an interface' $'[dial wan0]\nover eth1'
wrong 3 'filter .*syntax error' $'[dial wan0]\nover pppoe eth1\nfilter port'
wrong 3 'password-file .*No such file' \
	$'[dial wan0]\nover pppoe eth1\nuser u\npassword-file /nonexistent'

(umask 077 && printf '# ours\n192.0.2.2 a-secret\n2001:db8::2 another-secret\n' >radius)
right "[radius]
server 192.0.2.2
server 2001:db8::2 1645 1646
secrets $work/radius
coa-listen 0.0.0.0
coa-client 192.0.2.2"
wrong 4 'IPv4 or IPv6 address' $'[radius]\nserver radius.example'
wrong 4 'from 1 to 65535' $'[radius]\nserver 192.0.2.2 0'
wrong 4 'too many words' $'[radius]\nserver 192.0.2.2 1 2 3'
wrong 4 'has no secret' $'[radius]\nserver 192.0.2.3\nsecrets '"$work/radius"
wrong 4 'needs coa-listen' $'[radius]\ncoa-client 192.0.2.2\nsecrets '"$work/radius"
echo '192.0.2.2 a-secret too' >>radius
base $'[radius]\nserver 192.0.2.2\nsecrets '"$work/radius" >conf
whole 'radius:4: expected: ADDRESS SECRET'
result "$(($(grep -c 'a-secret' out) == 0))" 'without the secret in the message'
chmod 644 radius
sed -i '$d' radius
right "[radius]
server 192.0.2.2
secrets $work/radius" 'mode 0644 lets others read'

printf 'mru 1400\n' >conf
whole 'conf:1: .*before the first \[section\]'
printf '[wan]\nlocal-address 10.64.0.1\n' >conf
whole 'interface is missing'
base '' | grep -v local-address >conf
whole 'local-address is missing'
printf '[wan]\nlocal\0address 10.64.0.1\n' >conf
whole 'conf:2: .*NUL'
head -c 300000 /dev/urandom >conf
whole 'conf:[0-9]+: '
rm conf
whole 'cannot read: No such file'
mkdir conf
whole 'cannot read: Is a directory'
rmdir conf
: >conf
whole 'is missing'

# secret LINE REASON TEXT: a mistake in the secrets file.
secret() {
	local status=0
	base '' >conf
	(umask 077 && printf '%b\n' "$3" >secrets)
	check || status=$?
	result "$((status == 1 && $(grep -cE "secrets:$1: .*$2" out) == 1))" "secrets: $2: $3"
}

secret 1 'client server secret' 'alice'
secret 2 'client server secret' 'alice * secret *\nbob *'
secret 1 'not closed' 'alice * "secret *'
secret 1 'is no address' 'alice * secret 10.1.2'
secret 1 'is no address' 'alice * secret 10.1.2.0/24'
secret 1 'no address for a client' 'alice * secret 224.0.0.1'
secret 1 'more than one address' 'alice * secret 10.1.2.3 10.1.2.4'
secret 1 'file of their own' 'alice * @/etc/passwd *'
secret 3 'is no address' '# one\n\nalice * secret nowhere'
rm secrets
whole 'secrets: cannot read'

(umask 077 && printf 'alice * secret\n' >secrets)
right '' 'secrets:1: .*none: add \*'
(umask 022 && printf 'alice * secret *\n' >secrets)
chmod 644 secrets
right '' 'secrets: .*(read|permission|mode|others)'
(umask 077 && printf '# none\n' >secrets)
chmod 600 secrets
right '' 'good, 0 users'

base 'nonsense 1' >conf
find . -type f -exec md5sum {} + | grep -v ' ./out$' | sort >../before.$$
check || true
find . -type f -exec md5sum {} + | grep -v ' ./out$' | sort >../after.$$
result "$(cmp -s ../before.$$ ../after.$$ && echo 1 || echo 0)" "a check writes no file"
rm -f ../before.$$ ../after.$$

# No message shows a secret, or the half of one that was not quoted.
hides() { # TEXT
	check || true
	result "$((1 - $(grep -c 'seCret' out)))" "no secret in: $1"
}
base '' >conf
(umask 077 && printf '%s\n' 'a * my seCret *' 'b * my own seCret' 'c * x * seCret' 'd * "seCret' \
	'e * @seCret *' 'f * my own -- filter-set seCret/' >secrets)
hides "$(<secrets)"
base "$(printf '%s\n' '[dial wan0]' 'over pppoe eth1' 'user me' "password seCret$(printf %0300d 0)" \
	'password "seCret')" >conf
hides "a password that is too long, one that is not closed"

# Mistakes on the command line.
for words in '-x' '-c' '-f -n' 'something' '-t extra'; do
	status=0
	# shellcheck disable=SC2086 # several words
	"$RRASD" $words >out 2>&1 || status=$?
	result "$((status == 2 && $(grep -c '^usage: rrasd' out) == 1))" "usage: $words"
done
"$RRASD" -h >out 2>&1
result "$(grep -c '^usage: rrasd' out)" "-h"
"$RRASD" --version >out 2>&1
result "$(grep -c '^rrasd ' out)" "--version"

echo "1..$count"
exit $((failed > 0))
