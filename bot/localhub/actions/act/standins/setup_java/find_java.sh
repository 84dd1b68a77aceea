#!/usr/bin/env bash
# Chooses a JDK of this machine: the wanted major version, or else the newest with a warning.
set -euo pipefail

if [ -z "$WANTED" ] && [ -n "$WANTED_FILE" ]; then
    [ -f "$WANTED_FILE" ] || { echo "::error::$WANTED_FILE is not there"; exit 1; }
    WANTED=$(grep -oE '[0-9]+(\.[0-9]+)*' "$WANTED_FILE" | head -n 1)
fi
WANTED=$(printf '%s' "$WANTED" | head -n 1 | tr -d '[:space:]"')
wanted=${WANTED#1.}
wanted=${wanted%%[.+-]*}

chosen="" newest=0
for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
    [ -x "$home/bin/javac" ] && [ -f "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$home/release")
    major=${version#1.}
    major=${major%%[.+-]*}
    if [ "$major" = "$wanted" ]; then chosen=$home found=$version; break; fi
    if [ "$major" -gt "$newest" ]; then newest=$major newest_home=$home newest_version=$version; fi
done
if [ -z "$chosen" ]; then
    [ "$newest" -gt 0 ] || { echo "::error::There is no JDK on this machine."; exit 1; }
    chosen=$newest_home found=$newest_version
    [ -z "$wanted" ] || echo "::warning::Java $WANTED is not on this machine; taking $found."
fi

echo "Java $found at $chosen"
{ echo "JAVA_HOME=$chosen"; echo "JAVA_HOME_${wanted:-$newest}_X64=$chosen"; } >> "$GITHUB_ENV"
echo "$chosen/bin" >> "$GITHUB_PATH"
{ echo "path=$chosen"; echo "version=$found"; } >> "$GITHUB_OUTPUT"

if [ -n "$SERVER_ID" ]; then
    mkdir -p "$HOME/.m2"
    cat > "$HOME/.m2/settings.xml" <<XML
<settings><servers><server>
  <id>$SERVER_ID</id>
  <username>\${env.$SERVER_USERNAME}</username>
  <password>\${env.$SERVER_PASSWORD}</password>
</server></servers></settings>
XML
fi
