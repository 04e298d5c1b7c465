# Every target prepares its own environment in .venv: nothing but make and Python 3.11 or newer is needed.

PY := .venv/bin/python
UV_COMPILE := .venv/bin/uv pip compile pyproject.toml --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-annotate --no-emit-index-url

.PHONY: help run test lint format lock bench

help:
	@echo "make run                 准备环境并启动平台；ARGS=... 传给 manage.py run_town"
	@echo "make test                全部检查与测试；PART=\"sqlite postgres\" 只做其中几部分"
	@echo "                         可选：lint contracts checks sqlite postgres browser；ARGS=... 传给 pytest"
	@echo "make lint                代码、模板、导入方向"
	@echo "make format              整理代码格式"
	@echo "make lock                由 pyproject.toml 重新生成 requirements.lock 和 requirements-dev.lock；"
	@echo "                         ARGS=--upgrade 升级到允许范围内的最新版本"
	@echo "make bench               测量主要页面、导出和导入的速度，写入 benchmarks/RESULTS.md 和 README；"
	@echo "                         ARGS=\"--only-town --engine sqlite\" 只测39个村、一种数据库，只显示不写入"

run:
	@sh .ci/prepare.sh run
	@exec $(PY) manage.py run_town $(ARGS)

test:
	@sh .ci/prepare.sh dev
	@exec $(PY) .ci/test.py $(PART) -- $(ARGS)

lint:
	@sh .ci/prepare.sh dev
	@exec $(PY) .ci/test.py lint contracts

format:
	@sh .ci/prepare.sh dev
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

# The second file holds the first one whole, with the same versions, so that either can be installed alone.
lock:
	@sh .ci/prepare.sh dev
	$(UV_COMPILE) $(ARGS) --output-file requirements.lock
	$(UV_COMPILE) $(ARGS) --group dev --constraint requirements.lock --output-file requirements-dev.lock

# Towns are kept in var/bench; the first run builds them.
bench:
	@sh .ci/prepare.sh dev
	@exec $(PY) benchmarks/run.py $(ARGS)
