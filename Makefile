demo test:
	python3 bootstrap.py $@
.PHONY: demo test
