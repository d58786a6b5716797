#!/usr/bin/python3
"""What scikit-learn makes of the data of bench/predict_trees.sql, in the format of scripts/bench: fields parted by tabs.

Needs Debian's python3-sklearn; says when it is missing. Times are of the processor, one thread, the same settings: 100 trees of
31 leaves, no early stopping.
"""
import csv
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")


def report(name, *cells):
    print("\t".join([name, *cells]), flush=True)


def seconds(action):
    started = time.process_time()
    result = action()
    return time.process_time() - started, result


def telco():
    """AUC and log-loss of held-out customers, five folds by line number."""
    with open(os.path.join(sys.argv[1], "telco_churn", "telco_churn.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcome = np.array([row.pop("Churn") == "Yes" for row in rows])
    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    names = [name for name in rows[0] if name != "customerID"]
    columns = []
    for name in names:
        texts = [row[name].strip() for row in rows]
        if name in numbers:
            columns.append([float(text) if text else np.nan for text in texts])
        else:
            columns.append(np.unique(texts, return_inverse=True)[1])
    table = np.column_stack(columns).astype(float)
    fold = np.arange(len(rows)) % 5
    chance = np.empty(len(rows))
    for held in range(5):
        model = HistGradientBoostingClassifier(early_stopping=False, categorical_features=[name not in numbers for name in names])
        model.fit(table[fold != held], outcome[fold != held])
        chance[fold == held] = model.predict_proba(table[fold == held])[:, 1]
    areas = [roc_auc_score(outcome[fold == held], chance[fold == held]) for held in range(5)]
    report("scikit-learn, telco_churn, 5 folds", f"AUC {np.mean(areas):.4f}", f"log-loss {log_loss(outcome, chance):.4f}")


def million():
    """A million rows of 20 numbers, drawn as those of the benchmark are."""
    random = np.random.default_rng(1)
    table = random.normal(size=(1000000, 20))
    margin = table[:, 0] + 0.8 * table[:, 1] * table[:, 2] - np.abs(table[:, 3]) + 0.5 * table[:, 4]
    outcome = random.random(len(table)) < 1 / (1 + np.exp(-margin))
    model = HistGradientBoostingClassifier(early_stopping=False)
    took, _ = seconds(lambda: model.fit(table, outcome))
    scored, _ = seconds(lambda: model.predict_proba(table))
    report("scikit-learn, a million rows of 20 numbers", f"fit {took:.1f} s", f"scoring {len(table) / scored:,.0f}/s")


try:
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import log_loss, roc_auc_score
except ImportError:
    print("skipped: scikit-learn, python3-sklearn is not installed")
    sys.exit()
report("peers of boosted trees", "first", "second")
telco()
million()
