#!/bin/sh
# Collects in a new folder all that an app needs besides its own files: Node, the libraries that Node loads, and what names
# users and hosts. An image of it has no shell, no package manager and nothing else to keep up to date.
# Usage: runtime.sh FOLDER, on Debian with binutils.
set -eu
to=$1
node=$(readlink -f "$(command -v node)")
mkdir -p "$to/usr/local/bin" "$to/etc" "$to/tmp" "$to/var/lib/dpkg/status.d"
chmod 1777 "$to/tmp"
cp "$node" "$to/usr/local/bin/node"
# Symbols are a fifth of the file, and only debuggers read them. What native modules link to stays.
strip --strip-unneeded "$to/usr/local/bin/node"
for file in $(ldd "$node" | grep -o '/[^ ]*'); do
  mkdir -p "$to$(dirname "$file")"
  cp -L "$file" "$to$file"
  package=$(dpkg -S "$file" 2>/dev/null || dpkg -S "$(readlink -f "$file")" 2>/dev/null || dpkg -S "$(readlink -f "$file" | sed 's|^/usr||')")
  package=${package%%:*}
  # Where scanners for vulnerabilities look for Debian packages in images without dpkg.
  dpkg-query --status "$package" > "$to/var/lib/dpkg/status.d/$package"
  mkdir -p "$to/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$to/usr/share/doc/$package/"
done
cp -L /etc/os-release "$to/etc/os-release"
echo 'hosts: files dns' > "$to/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/sbin/nologin\nnode:x:1000:1000:node:/:/sbin/nologin\n' > "$to/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' > "$to/etc/group"
