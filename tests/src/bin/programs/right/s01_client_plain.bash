# right: in bash, by its own /dev/tcp, with one `dd` for each read
export LC_ALL=C
trap '' PIPE
address=${1:-127.0.0.1:8888}
exec 3<>"/dev/tcp/${address%:*}/${address##*:}" || exit 1
while IFS= read -r line || [ -n "$line" ]; do
  line=${line%$'\r'}
  [ -z "$line" ] && continue
  [ "$line" = q ] && break
  printf '%s' "$line" >&3 || { echo "the server is gone" >&2; exit 1; }
  # The x keeps a line end at the end of the reply, which $( ) takes away.
  reply=$(dd bs=1024 count=1 status=none <&3; printf x)
  reply=${reply%x}
  [ -n "$reply" ] || { echo "the server ended the connection" >&2; exit 1; }
  printf '%s\n' "$reply" || exit 1
done
