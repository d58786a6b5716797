#!/usr/bin/python3
"""What scikit-learn and fastText make of banking77, in the format of scripts/bench: one line for each, fields parted by tabs.

Needs Debian's python3-sklearn, and fasttext for its line; says what is missing. Times are of the processor, scoring includes
tokenisation, a model's size is that of its pickle or file.
"""
import csv
import math
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")


def read(part):
    with open(os.path.join(sys.argv[1], "text", "banking77", part + ".csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def report(name, accuracy, log_loss, train, score, size):
    loss = "" if log_loss is None else f"{log_loss:.3f}"
    print("\t".join([name, f"{accuracy:.4f}", loss, f"{train:.1f} s", f"{score:,.0f}/s", f"{size / 1e6:.1f} MB"]), flush=True)


def with_sklearn(train, test):
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.naive_bayes import ComplementNB
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = lambda: TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    pieces = lambda: make_union(words(), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True))
    regression = lambda c: OneVsRestClassifier(LogisticRegression(C=c, solver="liblinear"))
    for name, features, model in [
        ("scikit-learn words, logistic regression C = 20", words(), regression(20)),
        ("scikit-learn words and pieces, logistic regression C = 20", pieces(), regression(20)),
        ("scikit-learn words and pieces, LinearSVC C = 0.5", pieces(), LinearSVC(C=0.5)),
        ("scikit-learn words, complement Bayes", words(), ComplementNB()),
    ]:
        pipeline = make_pipeline(features, model)
        started = time.process_time()
        pipeline.fit(*train)
        trained = time.process_time()
        predicted = pipeline.predict(test[0])
        scored = time.process_time()
        loss = None
        if hasattr(pipeline, "predict_proba"):
            chances, place = pipeline.predict_proba(test[0]), {label: at for at, label in enumerate(pipeline.classes_)}
            loss = -np.mean([math.log(max(row[place[label]], 1e-15)) for row, label in zip(chances, test[1])])
        accuracy = np.mean([a == b for a, b in zip(predicted, test[1])])
        report(name, accuracy, loss, trained - started, len(test[0]) / (scored - trained), len(pickle.dumps(pipeline)))


def with_fasttext(train, test):
    tokens = lambda text: " ".join(re.findall(r"\w+|[^\w\s]", text.lower()))

    def seconds(arguments, **more):
        before = os.times()
        subprocess.run(arguments, check=True, stderr=subprocess.DEVNULL, **more)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        with open(path("train"), "w") as file:
            file.writelines(f"__label__{label} {tokens(text)}\n" for text, label in zip(*train))
        with open(path("test"), "w") as file:
            file.writelines(tokens(text) + "\n" for text in test[0])
        options = "-lr 1.0 -epoch 50 -wordNgrams 2 -dim 50 -bucket 200000 -minn 2 -maxn 5 -loss softmax -thread 1 -verbose 0".split()
        trained = seconds(["fasttext", "supervised", "-input", path("train"), "-output", path("model"), *options], stdout=subprocess.DEVNULL)
        with open(path("given"), "w") as file:
            scored = seconds(["fasttext", "predict-prob", path("model.bin"), path("test"), "77"], stdout=file)
        right = loss = 0
        with open(path("given")) as file:
            for line, label in zip(file, test[1]):
                fields = line.split()
                chances = dict(zip((name[9:] for name in fields[::2]), map(float, fields[1::2])))
                right += next(iter(chances)) == label
                loss -= math.log(min(1, max(chances.get(label, 0), 1e-15)))
        report("fastText, 50 epochs, pieces", right / len(test[0]), loss / len(test[0]), trained, len(test[0]) / scored, os.path.getsize(path("model.bin")))


train, test = read("train"), read("test")
print("\t".join(["peers on banking77", "accuracy", "log-loss", "training", "scoring", "model"]))
try:
    with_sklearn(train, test)
except ImportError:
    print("skipped: scikit-learn, python3-sklearn is not installed")
if shutil.which("fasttext"):
    with_fasttext(train, test)
else:
    print("skipped: fastText, which is not installed")
