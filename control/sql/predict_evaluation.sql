-- How good a classifier is: labels against labels, probabilities and scores against what happened. Reports with rows are aggregates that
-- give an array of them:
--   SELECT r.* FROM (SELECT crm.classification_report(actual, predicted) AS rows FROM judged) AS x, unnest(rows) AS r;

-- Labels

CREATE TYPE crm.classification_report AS (
    section text,
    label text,
    precision float8,
    recall float8,
    f1 float8,
    support float8,
    predicted float8,
    value float8,
    lower float8,
    upper float8
);
COMMENT ON TYPE crm.classification_report IS 'A line of a report on predicted labels. What is undefined is NULL: the precision of a label that was never predicted, the recall of one that never was actual.';
COMMENT ON COLUMN crm.classification_report.section IS 'What the line is about: label, overall (all rows), or average (of the labels or rows).';
COMMENT ON COLUMN crm.classification_report.label IS 'The label; else the name of the figure: accuracy, macro avg, ...';
COMMENT ON COLUMN crm.classification_report.precision IS 'Of the rows predicted to be of the label, the share that are.';
COMMENT ON COLUMN crm.classification_report.recall IS 'Of the rows that are of the label, the share predicted to be.';
COMMENT ON COLUMN crm.classification_report.f1 IS 'Harmonic mean of precision and recall.';
COMMENT ON COLUMN crm.classification_report.support IS 'Rows that are of the label; of averages, the sum over the labels.';
COMMENT ON COLUMN crm.classification_report.predicted IS 'Rows predicted to be of the label.';
COMMENT ON COLUMN crm.classification_report.value IS 'The figure, in section overall.';
COMMENT ON COLUMN crm.classification_report.lower IS 'Lower bound of its 95 % interval (Wilson), where it is a share of rows.';
COMMENT ON COLUMN crm.classification_report.upper IS 'Upper bound of that interval.';

CREATE FUNCTION crm.classification_report_add(internal, actual text, predicted text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_classification_report_add';
COMMENT ON FUNCTION crm.classification_report_add(internal, text, text) IS 'Support of aggregate crm.classification_report.';

CREATE FUNCTION crm.classification_report_add(internal, actual text, predicted text, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_classification_report_add_weight';
COMMENT ON FUNCTION crm.classification_report_add(internal, text, text, float8) IS 'Support of aggregate crm.classification_report.';

CREATE FUNCTION crm.classification_report_add(internal, actual boolean, predicted boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_classification_report_add_boolean';
COMMENT ON FUNCTION crm.classification_report_add(internal, boolean, boolean) IS 'Support of aggregate crm.classification_report.';

CREATE FUNCTION crm.classification_report_add(internal, actual boolean, predicted boolean, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_classification_report_add_boolean_weight';
COMMENT ON FUNCTION crm.classification_report_add(internal, boolean, boolean, float8) IS 'Support of aggregate crm.classification_report.';

CREATE FUNCTION crm.classification_report_add(internal, actual text[], predicted text[]) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_classification_report_add_sets';
COMMENT ON FUNCTION crm.classification_report_add(internal, text[], text[]) IS 'Support of aggregate crm.classification_report.';

CREATE FUNCTION crm.finish_classification_report(internal) RETURNS crm.classification_report[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_classification_report(internal) IS 'Support of aggregates: the lines of a report on predicted labels.';

CREATE AGGREGATE crm.classification_report(actual text, predicted text) (
    SFUNC = crm.classification_report_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_classification_report,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.classification_report(text, text) IS
    'Precision, recall and F1 of each label, sorted by bytes; then accuracy with its Wilson interval, macro and weighted averages, Cohen''s kappa and the Matthews correlation. A row whose prediction is NULL is an error: it counts in the support of its label and in nobody''s predictions, and a micro average tells how the others fare; a row whose actual label is NULL is skipped. What is undefined is NULL in its line and counts as 0 in the averages. Up to 65536 labels, of 64 MB in all.';

CREATE AGGREGATE crm.classification_report(actual text, predicted text, weight float8) (
    SFUNC = crm.classification_report_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_classification_report,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.classification_report(text, text, float8) IS
    'The same, each row standing for `weight` equal ones: 0 or more.';

CREATE AGGREGATE crm.classification_report(actual boolean, predicted boolean) (
    SFUNC = crm.classification_report_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_classification_report,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.classification_report(boolean, boolean) IS
    'The same for an outcome that happens or not; the labels are true and false.';

CREATE AGGREGATE crm.classification_report(actual boolean, predicted boolean, weight float8) (
    SFUNC = crm.classification_report_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_classification_report,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.classification_report(boolean, boolean, float8) IS
    'The same, each row standing for `weight` equal ones: 0 or more.';

CREATE AGGREGATE crm.classification_report(actual text[], predicted text[]) (
    SFUNC = crm.classification_report_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_classification_report,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.classification_report(text[], text[]) IS
    'For rows that have several labels or none: a line for each label; then the share of rows whose sets are equal (exact match, with its Wilson interval), micro, macro, weighted and samples averages, and the Hamming loss. The samples average is over rows. A prediction that is NULL is the empty set; a row whose actual labels are NULL is skipped; an array that contains NULL is an error. What is undefined is NULL in its line and counts as 0 in the averages.';


CREATE TYPE crm.confusion AS (
    actual text,
    predicted text,
    count bigint,
    share_of_actual float8
);
COMMENT ON TYPE crm.confusion IS 'Rows of one actual and one predicted label.';
COMMENT ON COLUMN crm.confusion.actual IS 'The actual label.';
COMMENT ON COLUMN crm.confusion.predicted IS 'The predicted one; NULL: no prediction was made.';
COMMENT ON COLUMN crm.confusion.count IS 'Number of rows.';
COMMENT ON COLUMN crm.confusion.share_of_actual IS 'Of the rows of that actual label.';

CREATE FUNCTION crm.confusion_add(internal, actual text, predicted text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_confusion_add';
COMMENT ON FUNCTION crm.confusion_add(internal, text, text) IS 'Support of aggregate crm.confusion.';

CREATE FUNCTION crm.confusion_add(internal, actual boolean, predicted boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_confusion_add_boolean';
COMMENT ON FUNCTION crm.confusion_add(internal, boolean, boolean) IS 'Support of aggregate crm.confusion.';

CREATE FUNCTION crm.finish_confusion(internal) RETURNS crm.confusion[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_confusion(internal) IS 'Support of aggregates: pairs of actual and predicted labels.';

CREATE AGGREGATE crm.confusion(actual text, predicted text) (
    SFUNC = crm.confusion_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_confusion,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.confusion(text, text) IS
    'What was taken for what: the pairs that occur, the most frequent first, then by the bytes of the labels. A prediction that is NULL is a pair with predicted NULL; a row whose actual label is NULL is skipped. Up to 65536 labels, of 64 MB in all, and a million pairs.';

CREATE AGGREGATE crm.confusion(actual boolean, predicted boolean) (
    SFUNC = crm.confusion_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_confusion,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.confusion(boolean, boolean) IS
    'The same for an outcome that happens or not; the labels are true and false.';


-- Probabilities. A row with a NULL is skipped; a probability outside [0, 1] is an error.

CREATE TYPE crm.calibration AS (
    bin int,
    lower float8,
    upper float8,
    count bigint,
    positives bigint,
    mean_probability float8,
    observed float8,
    observed_lower float8,
    observed_upper float8
);
COMMENT ON TYPE crm.calibration IS 'A bin of rows of similar probability, and what happened to them.';
COMMENT ON COLUMN crm.calibration.bin IS 'Number of the bin, from 1, the lowest probabilities first.';
COMMENT ON COLUMN crm.calibration.lower IS 'Lower bound of the probabilities, not itself in the bin but for 0; of bins of equal count, the least probability.';
COMMENT ON COLUMN crm.calibration.upper IS 'Upper bound, in the bin; of bins of equal count, the greatest probability.';
COMMENT ON COLUMN crm.calibration.count IS 'Number of rows.';
COMMENT ON COLUMN crm.calibration.positives IS 'Rows in which it happened.';
COMMENT ON COLUMN crm.calibration.mean_probability IS 'Mean probability; NULL in an empty bin.';
COMMENT ON COLUMN crm.calibration.observed IS 'Share of positives; NULL in an empty bin.';
COMMENT ON COLUMN crm.calibration.observed_lower IS 'Lower bound of its 95 % interval (Wilson).';
COMMENT ON COLUMN crm.calibration.observed_upper IS 'Upper bound of that interval.';

CREATE FUNCTION crm.calibration_add(internal, actual boolean, probability float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_calibration_add';
COMMENT ON FUNCTION crm.calibration_add(internal, boolean, float8) IS 'Support of aggregate crm.calibration.';

CREATE FUNCTION crm.calibration_add(internal, actual boolean, probability float8, bins int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_calibration_add_bins';
COMMENT ON FUNCTION crm.calibration_add(internal, boolean, float8, int) IS 'Support of aggregate crm.calibration.';

CREATE FUNCTION crm.calibration_add(internal, actual boolean, probability float8, bins int, equal_count boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_calibration_add_equal_count';
COMMENT ON FUNCTION crm.calibration_add(internal, boolean, float8, int, boolean) IS 'Support of aggregate crm.calibration.';

CREATE FUNCTION crm.finish_calibration(internal) RETURNS crm.calibration[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_calibration(internal) IS 'Support of aggregates: bins of a reliability diagram.';

CREATE AGGREGATE crm.calibration(actual boolean, probability float8) (
    SFUNC = crm.calibration_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_calibration,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.calibration(boolean, float8) IS
    'Whether what is said to happen with a probability happens that often: a reliability diagram of 10 bins of equal width, empty ones too. A probability on a bound is in the lower bin, 0 in the first.';

CREATE AGGREGATE crm.calibration(actual boolean, probability float8, bins int) (
    SFUNC = crm.calibration_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_calibration,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.calibration(boolean, float8, int) IS
    'The same with this many bins, 1 to 10000; the same in all rows of a group.';

CREATE AGGREGATE crm.calibration(actual boolean, probability float8, bins int, equal_count boolean) (
    SFUNC = crm.calibration_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_calibration,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.calibration(boolean, float8, int, boolean) IS
    'The same; equal_count: bins of about as many rows each rather than of equal width. Rows of one probability stay together, and bins that get none are left out.';


CREATE TYPE crm.calibration_error AS (
    expected float8,
    maximum float8
);
COMMENT ON TYPE crm.calibration_error IS 'How far probabilities are from what happened, by bins.';
COMMENT ON COLUMN crm.calibration_error.expected IS 'Expected calibration error: mean over the rows of the absolute difference between the mean probability of their bin and its share of positives.';
COMMENT ON COLUMN crm.calibration_error.maximum IS 'Maximum calibration error: the largest of these differences.';

CREATE FUNCTION crm.calibration_error_add(internal, actual boolean, probability float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_calibration_error_add';
COMMENT ON FUNCTION crm.calibration_error_add(internal, boolean, float8) IS 'Support of aggregate crm.calibration_error.';

CREATE FUNCTION crm.calibration_error_add(internal, actual boolean, probability float8, bins int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_calibration_error_add_bins';
COMMENT ON FUNCTION crm.calibration_error_add(internal, boolean, float8, int) IS 'Support of aggregate crm.calibration_error.';

CREATE FUNCTION crm.calibration_error_add(internal, actual boolean, probability float8, bins int, equal_count boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_calibration_error_add_equal_count';
COMMENT ON FUNCTION crm.calibration_error_add(internal, boolean, float8, int, boolean) IS 'Support of aggregate crm.calibration_error.';

CREATE FUNCTION crm.finish_calibration_error(internal) RETURNS crm.calibration_error
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_calibration_error(internal) IS 'Support of aggregates: one row of figures.';

CREATE AGGREGATE crm.calibration_error(actual boolean, probability float8) (
    SFUNC = crm.calibration_error_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_calibration_error,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.calibration_error(boolean, float8) IS
    'Expected and maximum calibration error over the bins of crm.calibration, 10 of equal width. Naeini, Cooper and Hauskrecht (2015).';

CREATE AGGREGATE crm.calibration_error(actual boolean, probability float8, bins int) (
    SFUNC = crm.calibration_error_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_calibration_error,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.calibration_error(boolean, float8, int) IS
    'The same with this many bins, 1 to 10000; the same in all rows of a group.';

CREATE AGGREGATE crm.calibration_error(actual boolean, probability float8, bins int, equal_count boolean) (
    SFUNC = crm.calibration_error_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_calibration_error,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.calibration_error(boolean, float8, int, boolean) IS
    'The same; equal_count: bins of about as many rows each rather than of equal width.';


CREATE FUNCTION crm.brier_add(internal, actual boolean, probability float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_brier_add';
COMMENT ON FUNCTION crm.brier_add(internal, boolean, float8) IS 'Support of aggregate crm.brier.';

CREATE FUNCTION crm.finish_brier(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_brier(internal) IS 'Support of aggregates: the Brier score.';

CREATE AGGREGATE crm.brier(actual boolean, probability float8) (
    SFUNC = crm.brier_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_brier,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.brier(boolean, float8) IS
    'Brier score: mean squared difference between the probability and what happened, 1 or 0. Between 0, perfect, and 1; always saying the overall share s gives s (1 - s).';


CREATE FUNCTION crm.log_loss_add(internal, actual boolean, probability float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_log_loss_add';
COMMENT ON FUNCTION crm.log_loss_add(internal, boolean, float8) IS 'Support of aggregate crm.log_loss.';

CREATE FUNCTION crm.log_loss_add(internal, probability_of_actual float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_log_loss_add_actual';
COMMENT ON FUNCTION crm.log_loss_add(internal, float8) IS 'Support of aggregate crm.log_loss.';

CREATE FUNCTION crm.finish_log_loss(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_log_loss(internal) IS 'Support of aggregates: the logarithmic loss.';

CREATE AGGREGATE crm.log_loss(actual boolean, probability float8) (
    SFUNC = crm.log_loss_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_log_loss,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.log_loss(boolean, float8) IS
    'Logarithmic loss: mean of -ln of the probability given to what happened; always saying one half gives 0.693. A probability below 2.2e-16 (the machine epsilon) counts as that, so a row costs 36.04 at most rather than infinity.';

CREATE AGGREGATE crm.log_loss(probability_of_actual float8) (
    SFUNC = crm.log_loss_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_log_loss,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.log_loss(float8) IS
    'The same for any number of labels, from the probability that was given to the one that came true.';


-- Scores. The higher, the more the outcome is expected. A row with a NULL is skipped; a score that is NaN or infinite is an error.

CREATE TYPE crm.auc AS (
    auc float8,
    std_error float8,
    lower float8,
    upper float8,
    positives float8,
    negatives float8
);
COMMENT ON TYPE crm.auc IS 'Area under the ROC curve.';
COMMENT ON COLUMN crm.auc.auc IS 'Probability that a random positive has a higher score than a random negative, equal scores counting one half; NULL unless there are both.';
COMMENT ON COLUMN crm.auc.std_error IS 'Standard error (DeLong); NULL unless there are two of both.';
COMMENT ON COLUMN crm.auc.lower IS 'Lower bound of the 95 % interval, 0 or more.';
COMMENT ON COLUMN crm.auc.upper IS 'Upper bound, 1 or less.';
COMMENT ON COLUMN crm.auc.positives IS 'Rows in which it happened.';
COMMENT ON COLUMN crm.auc.negatives IS 'Rows in which it did not.';

CREATE FUNCTION crm.auc_add(internal, actual boolean, score float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_auc_add';
COMMENT ON FUNCTION crm.auc_add(internal, boolean, float8) IS 'Support of aggregate crm.auc.';

CREATE FUNCTION crm.auc_add(internal, actual boolean, score float8, weight float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_auc_add_weight';
COMMENT ON FUNCTION crm.auc_add(internal, boolean, float8, float8) IS 'Support of aggregate crm.auc.';

CREATE FUNCTION crm.finish_auc(internal) RETURNS crm.auc
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_auc(internal) IS 'Support of aggregates: the area under the ROC curve.';

CREATE AGGREGATE crm.auc(actual boolean, score float8) (
    SFUNC = crm.auc_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_auc,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.auc(boolean, float8) IS
    'Area under the ROC curve, exact with ties, and its 95 % interval after DeLong, DeLong and Clarke-Pearson (1988). Memory grows with the number of distinct scores.';

CREATE AGGREGATE crm.auc(actual boolean, score float8, weight float8) (
    SFUNC = crm.auc_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_auc,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.auc(boolean, float8, float8) IS
    'The same, each row standing for `weight` equal ones: 0 or more.';


CREATE TYPE crm.auc_difference AS (
    auc_a float8,
    auc_b float8,
    difference float8,
    std_error float8,
    lower float8,
    upper float8,
    z float8,
    p_value float8
);
COMMENT ON TYPE crm.auc_difference IS 'Two scores of the same rows compared by area under the ROC curve.';
COMMENT ON COLUMN crm.auc_difference.auc_a IS 'Area of the first score.';
COMMENT ON COLUMN crm.auc_difference.auc_b IS 'Area of the second.';
COMMENT ON COLUMN crm.auc_difference.difference IS 'auc_a - auc_b.';
COMMENT ON COLUMN crm.auc_difference.std_error IS 'Standard error of the difference (DeLong, paired); NULL unless there are two positives and two negatives.';
COMMENT ON COLUMN crm.auc_difference.lower IS 'Lower bound of the 95 % interval of the difference.';
COMMENT ON COLUMN crm.auc_difference.upper IS 'Upper bound.';
COMMENT ON COLUMN crm.auc_difference.z IS 'difference / std_error; NULL where the standard error is 0.';
COMMENT ON COLUMN crm.auc_difference.p_value IS 'Two-sided: probability of a difference as large if both scores were as good.';

CREATE FUNCTION crm.auc_difference_add(internal, actual boolean, score_a float8, score_b float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_auc_difference_add';
COMMENT ON FUNCTION crm.auc_difference_add(internal, boolean, float8, float8) IS 'Support of aggregate crm.auc_difference.';

CREATE FUNCTION crm.finish_auc_difference(internal) RETURNS crm.auc_difference
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_auc_difference(internal) IS 'Support of aggregates: a comparison of two scores.';

CREATE AGGREGATE crm.auc_difference(actual boolean, score_a float8, score_b float8) (
    SFUNC = crm.auc_difference_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_auc_difference,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.auc_difference(boolean, float8, float8) IS
    'Whether one score tells positives from negatives better than another, on the same rows: paired test of DeLong, DeLong and Clarke-Pearson (1988). NULL unless there are positives and negatives.';


CREATE FUNCTION crm.average_precision_add(internal, actual boolean, score float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_average_precision_add';
COMMENT ON FUNCTION crm.average_precision_add(internal, boolean, float8) IS 'Support of aggregate crm.average_precision.';

CREATE FUNCTION crm.finish_average_precision(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_average_precision(internal) IS 'Support of aggregates: the average precision.';

CREATE AGGREGATE crm.average_precision(actual boolean, score float8) (
    SFUNC = crm.average_precision_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_average_precision,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.average_precision(boolean, float8) IS
    'Average precision: sum over the distinct thresholds of precision times the gain in recall, without interpolation. A score that says nothing has the share of positives. NULL without positives.';


CREATE FUNCTION crm.kolmogorov_smirnov_add(internal, actual boolean, score float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_kolmogorov_smirnov_add';
COMMENT ON FUNCTION crm.kolmogorov_smirnov_add(internal, boolean, float8) IS 'Support of aggregate crm.kolmogorov_smirnov.';

CREATE FUNCTION crm.finish_kolmogorov_smirnov(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_kolmogorov_smirnov(internal) IS 'Support of aggregates: the Kolmogorov-Smirnov distance.';

CREATE AGGREGATE crm.kolmogorov_smirnov(actual boolean, score float8) (
    SFUNC = crm.kolmogorov_smirnov_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_kolmogorov_smirnov,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.kolmogorov_smirnov(boolean, float8) IS
    'Largest difference between the shares of positives and of negatives at or above a score, 0 to 1. NULL unless there are both.';


CREATE TYPE crm.roc_curve AS (
    threshold float8,
    false_positive_rate float8,
    true_positive_rate float8
);
COMMENT ON TYPE crm.roc_curve IS 'A point of the ROC curve.';
COMMENT ON COLUMN crm.roc_curve.threshold IS 'Everybody of a score >= threshold is taken for a positive; NULL: nobody is.';
COMMENT ON COLUMN crm.roc_curve.false_positive_rate IS 'Share of the negatives taken for positives.';
COMMENT ON COLUMN crm.roc_curve.true_positive_rate IS 'Share of the positives taken for positives.';

CREATE FUNCTION crm.roc_curve_add(internal, actual boolean, score float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_roc_curve_add';
COMMENT ON FUNCTION crm.roc_curve_add(internal, boolean, float8) IS 'Support of aggregate crm.roc_curve.';

CREATE FUNCTION crm.roc_curve_add(internal, actual boolean, score float8, points int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_roc_curve_add_points';
COMMENT ON FUNCTION crm.roc_curve_add(internal, boolean, float8, int) IS 'Support of aggregate crm.roc_curve.';

CREATE FUNCTION crm.finish_roc_curve(internal) RETURNS crm.roc_curve[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_roc_curve(internal) IS 'Support of aggregates: points of a curve.';

CREATE AGGREGATE crm.roc_curve(actual boolean, score float8) (
    SFUNC = crm.roc_curve_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_roc_curve,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.roc_curve(boolean, float8) IS
    'For a chart: the ROC curve by falling threshold, from (0, 0) to (1, 1). With more distinct scores than 200 points, exact points that lie evenly along the curve are kept, the two ends always. NULL unless there are positives and negatives.';

CREATE AGGREGATE crm.roc_curve(actual boolean, score float8, points int) (
    SFUNC = crm.roc_curve_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_roc_curve,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.roc_curve(boolean, float8, int) IS
    'The same with at most this many points, 2 to 100000; the same in all rows of a group.';


CREATE TYPE crm.precision_recall_curve AS (
    threshold float8,
    precision float8,
    recall float8
);
COMMENT ON TYPE crm.precision_recall_curve IS 'A point of the precision-recall curve.';
COMMENT ON COLUMN crm.precision_recall_curve.threshold IS 'Everybody of a score >= threshold is taken for a positive.';
COMMENT ON COLUMN crm.precision_recall_curve.precision IS 'Share of positives among them.';
COMMENT ON COLUMN crm.precision_recall_curve.recall IS 'Share of the positives that are among them.';

CREATE FUNCTION crm.precision_recall_curve_add(internal, actual boolean, score float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_precision_recall_curve_add';
COMMENT ON FUNCTION crm.precision_recall_curve_add(internal, boolean, float8) IS 'Support of aggregate crm.precision_recall_curve.';

CREATE FUNCTION crm.precision_recall_curve_add(internal, actual boolean, score float8, points int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_precision_recall_curve_add_points';
COMMENT ON FUNCTION crm.precision_recall_curve_add(internal, boolean, float8, int) IS 'Support of aggregate crm.precision_recall_curve.';

CREATE FUNCTION crm.finish_precision_recall_curve(internal) RETURNS crm.precision_recall_curve[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_precision_recall_curve(internal) IS 'Support of aggregates: points of a curve.';

CREATE AGGREGATE crm.precision_recall_curve(actual boolean, score float8) (
    SFUNC = crm.precision_recall_curve_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_precision_recall_curve,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.precision_recall_curve(boolean, float8) IS
    'For a chart: precision and recall by falling threshold, from the highest score to the first that has recall 1. With more distinct scores than 200 points, exact points that lie evenly along the curve are kept, the two ends always. NULL without positives.';

CREATE AGGREGATE crm.precision_recall_curve(actual boolean, score float8, points int) (
    SFUNC = crm.precision_recall_curve_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_precision_recall_curve,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.precision_recall_curve(boolean, float8, int) IS
    'The same with at most this many points, 2 to 100000; the same in all rows of a group.';


CREATE TYPE crm.gain AS (
    bin int,
    count bigint,
    positives float8,
    rate float8,
    lift float8,
    cumulative_share float8,
    cumulative_capture float8,
    lowest_score float8
);
COMMENT ON TYPE crm.gain IS 'A part of the rows by falling score, such as the best tenth.';
COMMENT ON COLUMN crm.gain.bin IS 'Number of the part, 1 being the highest scores.';
COMMENT ON COLUMN crm.gain.count IS 'Number of rows.';
COMMENT ON COLUMN crm.gain.positives IS 'Positives among them; where rows of equal score lie across an edge, their positives are shared out evenly.';
COMMENT ON COLUMN crm.gain.rate IS 'positives / count.';
COMMENT ON COLUMN crm.gain.lift IS 'rate over that of all rows; NULL without positives.';
COMMENT ON COLUMN crm.gain.cumulative_share IS 'Share of all rows up to and including this part.';
COMMENT ON COLUMN crm.gain.cumulative_capture IS 'Share of all positives up to and including this part; NULL without positives.';
COMMENT ON COLUMN crm.gain.lowest_score IS 'Lowest score of the part: the threshold that selects up to here.';

CREATE FUNCTION crm.gain_add(internal, actual boolean, score float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_gain_add';
COMMENT ON FUNCTION crm.gain_add(internal, boolean, float8) IS 'Support of aggregate crm.gain.';

CREATE FUNCTION crm.gain_add(internal, actual boolean, score float8, bins int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_gain_add_bins';
COMMENT ON FUNCTION crm.gain_add(internal, boolean, float8, int) IS 'Support of aggregate crm.gain.';

CREATE FUNCTION crm.finish_gain(internal) RETURNS crm.gain[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_gain(internal) IS 'Support of aggregates: the parts of a gain chart.';

CREATE AGGREGATE crm.gain(actual boolean, score float8) (
    SFUNC = crm.gain_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_gain,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.gain(boolean, float8) IS
    'Gain chart: rows by falling score in 10 parts, as ntile() makes them, at most one a row, with the lift of each and the share of the positives found so far.';

CREATE AGGREGATE crm.gain(actual boolean, score float8, bins int) (
    SFUNC = crm.gain_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_gain,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.gain(boolean, float8, int) IS
    'The same in this many parts, 1 to 10000; the same in all rows of a group.';


CREATE TYPE crm.best_threshold AS (
    threshold float8,
    profit float8,
    profit_per_row float8,
    share_selected float8,
    precision float8,
    recall float8
);
COMMENT ON TYPE crm.best_threshold IS 'The threshold of most profit.';
COMMENT ON COLUMN crm.best_threshold.threshold IS 'Select the rows of a score >= threshold; NULL: none.';
COMMENT ON COLUMN crm.best_threshold.profit IS 'Profit of all rows.';
COMMENT ON COLUMN crm.best_threshold.profit_per_row IS 'Its mean.';
COMMENT ON COLUMN crm.best_threshold.share_selected IS 'Share of the rows that are selected.';
COMMENT ON COLUMN crm.best_threshold.precision IS 'Share of positives among these; NULL when none is selected.';
COMMENT ON COLUMN crm.best_threshold.recall IS 'Share of the positives that are selected; NULL without positives.';

CREATE FUNCTION crm.best_threshold_add(internal, actual boolean, score float8, profit_true_positive float8, profit_false_positive float8, profit_false_negative float8, profit_true_negative float8) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_best_threshold_add';
COMMENT ON FUNCTION crm.best_threshold_add(internal, boolean, float8, float8, float8, float8, float8) IS 'Support of aggregate crm.best_threshold.';

CREATE FUNCTION crm.finish_best_threshold(internal) RETURNS crm.best_threshold
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_best_threshold(internal) IS 'Support of aggregates: the threshold of most profit.';

CREATE AGGREGATE crm.best_threshold(actual boolean, score float8, profit_true_positive float8, profit_false_positive float8, profit_false_negative float8, profit_true_negative float8) (
    SFUNC = crm.best_threshold_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_best_threshold,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.best_threshold(boolean, float8, float8, float8, float8, float8) IS
    'The threshold of most profit, given the profit (a loss is negative) of a row that is selected rightly, selected wrongly, left out wrongly, left out rightly. The profits are the same in all rows of a group. Of thresholds of equal profit, the one that selects fewest.';
