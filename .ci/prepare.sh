#!/bin/sh
# Prepares .venv for `make run` (argument: run) or for development and tests (argument: dev).
#
# Plain venv and plain pip, so that whatever package mirror pip is configured for serves here too.
# Does nothing when .venv already holds the lock file of that name.
set -eu
cd "$(dirname "$0")/.."

case "${1:-run}" in
    run) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "用法：sh .ci/prepare.sh [run|dev]" >&2; exit 2 ;;
esac
stamp=.venv/locks.sha256
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c "$new_enough" >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    echo "需要 Python 3.11 或更新版本，这台机器上没有找到；请先安装，再运行一次。" >&2
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

make_venv() {
    python=$(find_python)
    # Debian keeps the part of the standard library that venv needs in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        if command -v apt-get >/dev/null 2>&1 && as_root true >/dev/null 2>&1; then
            echo "正在安装 $package……"
            as_root apt-get -qq -o DPkg::Lock::Timeout=600 update || true
            as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 \
                install --no-install-recommends "$package" >/dev/null
        else
            echo "这台机器的 Python 不能建立虚拟环境；请先安装 $package，再运行一次。" >&2
            return 1
        fi
    fi
    echo "正在建立 .venv（$("$python" -V 2>&1)）……"
    "$python" -m venv --clear .venv
}

# A folder that was moved, half made, or made by a Python since removed is made anew.
if ! .venv/bin/python -c "$new_enough" >/dev/null 2>&1 || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    make_venv
fi

checksum=$(.venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock")
if [ -f "$stamp" ] && grep -q "$checksum" "$stamp"; then
    exit 0
fi
echo "正在安装 $lock 所列软件包，第一次需要几分钟……"
rm -f "$stamp"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
if [ "$lock" = requirements-dev.lock ]; then
    # It holds requirements.lock whole (a test checks it), so `make run` has nothing left to install.
    .venv/bin/python -c 'import hashlib; print(hashlib.sha256(open("requirements.lock", "rb").read()).hexdigest())' >"$stamp"
fi
echo "$checksum" >>"$stamp"
