#!/bin/sh
# Makes the image of the container tests from this host's installed Debian packages, without a network: their files as dpkg
# lists them. Writes the image's pinned name.
set -eu
name=localhost/bartizan-test-debian
packages="base-files bash coreutils dash debianutils findutils grep sed tar util-linux libc6 libc-bin libtinfo6 libacl1
libattr1 libgmp10 libselinux1 libpcre2-8-0 libssl3 libmount1 libblkid1 libsmartcols1 libuuid1 procps libproc2-0 libsystemd0
libgcrypt20 libgpg-error0 liblz4-1 liblzma5 libzstd1 libcap2 libaudit1 libcap-ng0 libpam0g libcrypt1 zlib1g"
if ! podman image exists "$name"; then
    {
        printf '%s\n' /bin /sbin /lib /lib64
        for package in $packages; do
            dpkg -L "$package" 2>/dev/null || true
        done
    } | sed -E 's,^/(s?bin|lib|lib64)/,/usr/\1/,' | sort -u | grep -vE '^/(\.|proc|sys|dev|run|tmp|usr/share/(doc|man|locale|info))(/|$)' |
        tar --create --no-recursion --ignore-failed-read --files-from=- 2>/dev/null |
        podman import --quiet - "$name" >/dev/null
fi
podman image inspect --format "$name@{{.Digest}}" "$name"
