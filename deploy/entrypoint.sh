#!/bin/sh
# Read each secret from the file that NAME_FILE names (Docker and Kubernetes secrets) into NAME, then become `agent`.
set -eu
for name in KOSNOTE_DATABASE KOSNOTE_WEB_SECRET KOSNOTE_OIDC_CLIENT_SECRET KOSNOTE_WEBHOOK KOSNOTE_API_KEY PGPASSWORD; do
    file=$(printenv "${name}_FILE" || true)
    if [ -n "$file" ]; then
        value=$(cat "$file")
        export "$name=$value"
        unset "${name}_FILE"
    fi
done
exec agent "$@"
