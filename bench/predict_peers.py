#!/usr/bin/python3
"""What scikit-learn, and R's survival, make of the customers of bench/predict.sql, in the format of scripts/bench: one line for
each, fields parted by tabs.

Needs Debian's python3-sklearn, and r-cran-survival for its lines; says what is missing. Times are of one processor; reading data is
not counted.
"""
import os
import shutil
import subprocess
import tempfile
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

MODULI = [10007, 10009, 10037, 10039, 10061, 10067, 10069, 10079, 10091, 10093, 10099, 10103, 10111, 10133, 10139, 10141, 10151, 10159, 10163, 10169]
ROWS = 1_000_000


def customers(np):
    n = np.arange(1, ROWS + 1, dtype=np.int64)
    x = np.column_stack([n * (7919 + 104 * k) % modulus / modulus for k, modulus in enumerate(MODULI, 1)])
    risk = x @ np.array([(k % 5 - 2) * 0.8 for k in range(1, 21)])
    has_left = (n * 15485863 % 1000003 + 0.5) / 1000003 < 1 / (1 + np.exp(1 - risk))
    stayed = -np.log((n * 32452843 % 999983 + 0.5) / 999983) * np.exp(-risk) * 1000
    return x, has_left, stayed


def report(*fields):
    print("\t".join(fields), flush=True)


def timed(work):
    before = time.process_time()
    result = work()
    return result, time.process_time() - before


def with_sklearn(np, x, has_left):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss, roc_auc_score

    for solver, options in [("lbfgs", dict(max_iter=1000)), ("newton-cholesky", dict(max_iter=100))]:
        model, fitted = timed(lambda: LogisticRegression(penalty=None, solver=solver, tol=1e-8, **options).fit(x, has_left))
        chances, scored = timed(lambda: model.predict_proba(x)[:, 1])
        report(f"scikit-learn, logistic regression by {solver}", f"{fitted:.1f} s", f"{ROWS / scored / 1e6:.1f} M rows/s", f"log-likelihood {-ROWS * log_loss(has_left, chances):.4f}")
    area, took = timed(lambda: roc_auc_score(has_left, x[:, 0] + x[:, 1]))
    report("scikit-learn, AUC without standard error", f"{took:.2f} s", "", f"AUC {area:.9f}")


SURVIVAL = """
library(survival)
lives <- read.csv(commandArgs(TRUE), header = FALSE)
names(lives) <- c("duration", "event", paste0("x", 1:5))
seconds <- function(work) sum(system.time(work)[c("user.self", "sys.self")])
cat(sprintf("R survival, Kaplan-Meier\\t%.1f s\\t\\tmedian %.6f\\n", seconds(curve <- survfit(Surv(duration, event) ~ 1, lives)), summary(curve)$table["median"]))
cat(sprintf("R survival, Cox, five features\\t%.1f s\\t\\tlog-likelihood %.4f\\n", seconds(fit <- coxph(Surv(duration, event) ~ ., lives)), fit$loglik[2]))
"""


def with_survival(np, x, stayed):
    with tempfile.TemporaryDirectory() as folder:
        data, script = os.path.join(folder, "lives.csv"), os.path.join(folder, "survival.R")
        np.savetxt(data, np.column_stack([np.minimum(stayed, 1000), stayed < 1000, x[:, :5]]), delimiter=",", fmt="%.17g")
        with open(script, "w") as file:
            file.write(SURVIVAL)
        done = subprocess.run(["Rscript", script, data], capture_output=True, text=True)
        print(done.stdout if done.returncode == 0 else "skipped: R's survival, r-cran-survival is not installed", end="\n", flush=True)


report("peers on the same million customers", "fit", "scoring", "result")
try:
    import numpy
    import sklearn
except ImportError:
    print("skipped: scikit-learn, python3-sklearn is not installed")
else:
    x, has_left, stayed = customers(numpy)
    with_sklearn(numpy, x, has_left)
    if shutil.which("Rscript"):
        with_survival(numpy, x, stayed)
    else:
        print("skipped: R's survival, r-cran-survival is not installed")
