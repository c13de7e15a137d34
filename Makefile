# Trợ lý Bình dân học vụ số. `make help` liệt kê các lệnh.
PORT ?= 8000
SLIM = .venv/bin/python
FULL = .venv-full/bin/python
export PYTHONUNBUFFERED = 1

.DEFAULT_GOAL := help
.PHONY: help run setup setup-full system test check bench proof train lock audit clean

help: ## liệt kê các lệnh
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: setup ## cài bản gọn, dựng chỉ mục, mở http://localhost:8000 (đổi cổng: make run PORT=8001)
	@$(SLIM) -m ingest build || { [ -f "$${DATA_DIR:-var}/artifacts/current" ] && echo "Vẫn phục vụ bằng chỉ mục cũ." >&2; }
	@PORT=$(PORT) $(SLIM) -m app serve

setup: ## cài bản gọn (không torch) vào .venv
	@sh deploy/setup.sh .venv requirements/slim.lock

setup-full: ## cài bản đầy đủ (torch, công cụ kiểm thử) vào .venv-full; TORCH_INDEX=<địa chỉ kho CPU của PyTorch> để khỏi tải CUDA
	@TORCH_INDEX="$(TORCH_INDEX)" sh deploy/setup.sh .venv-full requirements/full.lock

system: ## cài các gói Debian mà kiểm thử cần (trình duyệt, phông chữ)
	@sh deploy/system.sh

test: setup setup-full system check ## cài mọi thứ rồi chạy toàn bộ kiểm thử
	@SLIM_PYTHON=$(CURDIR)/$(SLIM) $(FULL) -m pytest $(ARGS)

check: setup-full ## kiểm tra kiểu, lối viết, ai gọi ai, và nội dung hướng dẫn
	@.venv-full/bin/ruff check app ingest bots tests deploy
	@.venv-full/bin/ruff format --check -q app ingest bots tests deploy
	@.venv-full/bin/mypy
	@$(FULL) -m pytest -q -p no:cacheprovider tests/test_imports.py
	@$(FULL) -m ingest check

proof: ## chạy từng bước của Dockerfile trong một gốc Debian sạch, không cần Docker (cần quyền root, vài phút)
	@sh deploy/prove-dockerfile.sh

bench: setup-full ## đo tốc độ, bộ nhớ của bản gọn và bản đầy đủ
	@SLIM_PYTHON=$(CURDIR)/$(SLIM) $(FULL) -m tests.load.bench

train: setup-full ## huấn luyện lại bộ mã hoá nhỏ từ knowledge/
	@$(FULL) -m ingest train

lock: ## khoá lại phiên bản các thư viện
	@sh deploy/lock.sh

audit: setup-full ## tìm lỗ hổng đã biết trong các thư viện
	@sh deploy/audit.sh

clean: ## xoá môi trường và chỉ mục (không đụng knowledge/)
	rm -rf .venv .venv-full var .pytest_cache .mypy_cache .ruff_cache .hypothesis
