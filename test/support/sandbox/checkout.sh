#!/bin/bash
# Sourced by the first process of a sandbox, in its private mount namespace.

# bind_checkout CHECKOUT: mounts it read-only at ./checkout; the current folder is an empty one on a tmpfs of the caller's.
# Every uid can read it and only root could change it, whoever cloned it and under whatever umask: root runs code from it.
bind_checkout() {
  mkdir checkout
  mount --bind -- "$1" checkout
  if ! fit_for_all checkout; then
    # Only modes and owners are copied; a path of the caller's choice is no safe value for a mount option, a link to it is.
    ln -s checkout lower-checkout
    mkdir modes modes/upper modes/work modes/merged
    mount -t overlay -o metacopy=on,lowerdir=lower-checkout,upperdir=modes/upper,workdir=modes/work overlay modes/merged
    chown -hR 0:0 modes/merged
    chmod -R go+rX,go-w modes/merged
    umount checkout
    mount --move modes/merged checkout
  fi
  mount -o remount,bind,ro checkout
}

fit_for_all() {
  local file
  for file in "$1" "$1"/package.json "$1"/{src,test,node_modules} "$1"/node_modules/.bin/node; do
    [ ! -e "$file" ] || [ -n "$(find -L "$file" -maxdepth 0 -uid 0 -perm -o+r ! -perm /022)" ] || return 1
  done
}
