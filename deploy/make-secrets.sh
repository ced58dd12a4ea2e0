#!/bin/sh
# Makes every secret of compose.yaml once: passwords, tokens, and a certificate for the broker.
# Usage: make-secrets.sh FOLDER HOSTNAME    (the name under which cabinets reach the broker)
# What exists is kept. Needs openssl and mosquitto_passwd (Debian: mosquitto).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: make-secrets.sh FOLDER HOSTNAME}
host=${2:?usage: make-secrets.sh FOLDER HOSTNAME}

# Containers run as other users than this one and see single files: the folder keeps the host's
# other users out, the files let the containers in.
mkdir -p "$folder"
chmod 700 "$folder"
echo '*' > "$folder/.gitignore"
umask 022

new_secret() {
    [ -e "$folder/$1" ] || openssl rand -hex 24 > "$folder/$1"
}

for name in influx_admin_password influx_admin_token grafana_admin_password; do
    new_secret "$name"
done

: > "$folder/broker_passwords.new"
for user in $(sed -n 's/^user //p' "$here/mosquitto/acl"); do
    new_secret "mqtt.$user"
    echo "$user:$(cat "$folder/mqtt.$user")" >> "$folder/broker_passwords.new"
done
mosquitto_passwd -U "$folder/broker_passwords.new"
chmod 644 "$folder/broker_passwords.new"
mv "$folder/broker_passwords.new" "$folder/broker_passwords"

if [ ! -e "$folder/broker_key" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
        -keyout "$folder/broker_key" -out "$folder/broker_certificate" 2> /dev/null
    chmod 644 "$folder/broker_key"
fi
echo "$folder: done; cabinets need mqtt.MUNICIPALITY.SITE and broker_certificate (as ca_file)"
