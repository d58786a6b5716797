-- Takes the orders out of the table csv_line, which holds one file as text; the variables say in which columns they are.

-- Reads 1234.5, 1,234.50, 1.234,50, 12,5, $12 and the like; NULL is what is no number. A single comma before three digits
-- separates thousands. The usual case is a function of its own, which the planner inlines.
CREATE FUNCTION pg_temp.unusual_number(written text) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN digits ~ '^[-+]?[0-9]+(,[0-9]{3})*(\.[0-9]+)?$'   THEN replace(digits, ',', '')::float8
        WHEN digits ~ '^[-+]?[0-9]+(\.[0-9]{3})*,[0-9]+$'      THEN translate(digits, ',.', '.')::float8
        WHEN digits ~ '^[-+]?[0-9]+(\.[0-9]{3}){2,}$'          THEN replace(digits, '.', '')::float8
    END
    FROM regexp_replace(written, '[\s''$€£¥]|\m[A-Z]{3}\M', '', 'g') AS digits
$$;
CREATE FUNCTION pg_temp.number(written text) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN written ~ '^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,2})?\s*$' THEN written::float8
        ELSE pg_temp.unusual_number(written)
    END
$$;

-- NULL is what is no date.
CREATE FUNCTION pg_temp.moment(written text) RETURNS timestamp
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
    moment timestamp;
BEGIN
    moment := written;
    RETURN CASE WHEN isfinite(moment) THEN moment END;
EXCEPTION
    WHEN data_exception THEN RETURN NULL;
END
$$;

-- 3/4/2026 is the fourth of March unless a first number above 12 shows that the day comes first.
SELECT CASE WHEN bool_or(parts[1]::int > 12) AND NOT bool_or(parts[2]::int > 12) THEN 'DMY' ELSE 'MDY' END AS date_order,
       coalesce(bool_or(parts[1]::int <> parts[2]::int), false) AS date_order_matters
FROM (SELECT DISTINCT regexp_match(:date, '^\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{2,4}') AS parts FROM csv_line) AS date
WHERE parts IS NOT NULL
\gset
SET datestyle = ISO, :date_order;
\if :date_order_matters
    SELECT CASE :'date_order' WHEN 'DMY' THEN 'day/month/year' ELSE 'month/day/year' END AS date_order \gset
    \echo '   ' dates are read as :date_order
\endif

-- A date is read once, however many lines have it.
CREATE TEMPORARY TABLE moment AS
SELECT written, pg_temp.moment(written) AS at
FROM (SELECT DISTINCT :date AS written FROM csv_line) AS date;

-- Spreadsheets and data frames turn the customer 17850 into 17850.0 when a neighbour is missing.
CREATE TEMPORARY TABLE line AS
SELECT CASE WHEN lower(who.customer) NOT IN ('', 'null', 'na', 'n/a', 'nan', 'none') THEN who.customer END AS customer_id,
       moment.at                                                                                            AS ordered_at,
       CASE WHEN paid.amount NOT IN ('Infinity', '-Infinity', 'NaN') THEN paid.amount END                   AS amount
FROM csv_line
LEFT JOIN moment ON moment.written = csv_line.:date,
     LATERAL (SELECT regexp_replace(trim(csv_line.:customer), '^([0-9]+)\.0$', '\1')) AS who (customer),
     LATERAL (SELECT (:amount)::float8 FROM (SELECT :amount_inputs) AS input) AS paid (amount);

-- A line of a later file repeats one of an earlier file when customer, time and amount are the same: exports of adjoining periods
-- overlap, and write descriptions, numbers and running numbers differently. Equal lines within one file are kept: two of the same.
WITH taken AS (
    INSERT INTO orders
    SELECT customer_id, ordered_at, amount
    FROM line
    WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND amount IS NOT NULL
    EXCEPT ALL
    SELECT customer_id, ordered_at, amount
    FROM orders
    RETURNING 1
), counted AS (
    SELECT count(*)                                                                                       AS lines,
           count(*) FILTER (WHERE customer_id IS NULL)                                                    AS without_customer,
           count(*) FILTER (WHERE customer_id IS NOT NULL AND ordered_at IS NULL)                         AS without_date,
           count(*) FILTER (WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND amount IS NULL)  AS without_amount
    FROM line
)
INSERT INTO loaded
SELECT :'file', lines, without_customer, without_date, without_amount,
       lines - without_customer - without_date - without_amount - orders, orders
FROM counted, (SELECT count(*) AS orders FROM taken) AS taken;

DROP TABLE csv_line;
