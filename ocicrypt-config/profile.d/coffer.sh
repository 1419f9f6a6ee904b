# shellcheck shell=sh
# skopeo, buildah and podman of a login shell find the key provider (/etc/profile.d).
export OCICRYPT_KEYPROVIDER_CONFIG=/etc/coffer/ocicrypt_keyprovider.json
