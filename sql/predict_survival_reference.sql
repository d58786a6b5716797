-- Lung, veteran and telephone customers: what R 4.2.2 prints with package survival 3.5-3.
\getenv data PG_CRM_TEST_DATA
\if :{?data}
\else
\echo skipped: PG_CRM_TEST_DATA is not set
\quit
\endif
CREATE SCHEMA predict_survival_reference;
SET search_path = predict_survival_reference, public;
SET extra_float_digits = 0;
CREATE TABLE lung (inst int, time float8, status int, age float8, sex float8, ph_ecog float8, ph_karno float8, pat_karno float8,
                   meal_cal float8, wt_loss float8, event int);
\set file :data '/survival/lung.csv'
\set load '\\copy lung FROM ' :'file' ' CSV HEADER'
:load
CREATE TABLE veteran (trt float8, celltype text, time float8, status int, karno float8, diagtime float8, age float8, prior float8);
\set file :data '/survival/veteran.csv'
\set load '\\copy veteran FROM ' :'file' ' CSV HEADER'
:load
CREATE TABLE telco (id text, gender text, senior float8, partner text, dependents text, tenure float8, phone text, lines text,
                    internet text, security text, backup text, protection text, support text, tv text, movies text, contract text,
                    paperless text, payment text, monthly float8, total text, churn boolean);
\set file :data '/telco_churn/telco_churn.csv'
\set load '\\copy telco FROM ' :'file' ' CSV HEADER'
:load

-- Kaplan-Meier. Median 310 [285, 363]; restricted mean 357.073 (16.2193).
CREATE TABLE model AS SELECT crm.fit_kaplan_meier(time, status = 2) AS km FROM lung;
SELECT m.*, round(r.mean::numeric, 3) AS mean, round(r.std_error::numeric, 4) AS std_error
  FROM model, crm.median_lifetime(km) AS m, crm.restricted_mean(km, 730) AS r;
SELECT time, round(survival::numeric, 10) AS survival, round(std_error::numeric, 11) AS std_error, round(lower::numeric, 11) AS lower, round(upper::numeric, 10) AS upper
  FROM model, unnest('{30,90,180,310,365,500,730}'::float8[]) AS wanted,
       LATERAL (SELECT wanted AS time, survival, std_error, lower, upper FROM crm.survival_curve(km) AS c WHERE c.time <= wanted ORDER BY c.time DESC LIMIT 1) AS x;
SELECT celltype, (crm.fit_info(m)).observations, d.* FROM (SELECT celltype, crm.fit_kaplan_meier(time, status = 1) AS m FROM veteran GROUP BY celltype) AS x, crm.median_lifetime(m) AS d ORDER BY celltype;
SELECT contract, (crm.fit_info(m)).observations, d.* FROM (SELECT contract, crm.fit_kaplan_meier(tenure, churn) AS m FROM telco GROUP BY contract) AS x, crm.median_lifetime(m) AS d ORDER BY contract;
SELECT time, round(survival::numeric, 10) AS survival, round(std_error::numeric, 12) AS std_error
  FROM (SELECT crm.fit_kaplan_meier(tenure, churn) AS m FROM telco) AS x, crm.survival_curve(m) WHERE time IN (1, 6, 12, 24, 36, 48, 60, 72);

-- Log-rank test.
SELECT g.grp, customers, observed, round(expected::numeric, 4) AS expected, round(excess_over_expected::numeric, 5) AS over_e, round(excess_over_variance::numeric, 4) AS over_v,
       round(chi_squared::numeric, 4) AS chi_squared, degrees_of_freedom AS df, round(p_value::numeric, 6) AS p_value
  FROM (SELECT crm.logrank(sex::text, time, status = 2) AS rows FROM lung) AS x, unnest(rows) AS g;
SELECT g.grp, customers, observed, round(expected::numeric, 4) AS expected, round(excess_over_expected::numeric, 5) AS over_e, round(excess_over_variance::numeric, 5) AS over_v, p_value::numeric(12, 8)
  FROM (SELECT crm.logrank(celltype, time, status = 1) AS rows FROM veteran) AS x, unnest(rows) AS g;

-- Cox. R stops where coefficients lack some 1e-9 of themselves.
CREATE TABLE cox AS
SELECT crm.fit_cox(time, status = 2, ARRAY[age, sex, ph_ecog], '{"names": ["age", "sex", "ph.ecog"]}') AS m,
       crm.fit_cox(time, status = 2, ARRAY[age, sex, ph_ecog], '{"ties": "breslow"}') AS breslow
  FROM lung WHERE ph_ecog IS NOT NULL;
SELECT h.name, round(estimate::numeric, 9) AS coef, round(hazard_ratio::numeric, 8) AS ratio, round(std_error::numeric, 10) AS std_error, round(z::numeric, 7) AS z, round(p_value::numeric, 9) AS p_value
  FROM cox, crm.coef(m) AS c JOIN LATERAL crm.hazard_ratios(m) AS h USING (name);
SELECT round(i.log_likelihood::numeric, 7) AS log_likelihood, i.converged, round(c.concordance::numeric, 10) AS concordance, round(c.std_error::numeric, 11) AS std_error
  FROM cox, crm.fit_info(m) AS i, crm.concordance(m) AS c;
SELECT test, round(statistic::numeric, 6) AS statistic, degrees_of_freedom AS df FROM cox, crm.cox_tests(m);
SELECT name, round(statistic::numeric, 6) AS chi_squared, degrees_of_freedom AS df, round(p_value::numeric, 5) AS p_value FROM cox, crm.proportional_hazards_test(m);
SELECT name, round(estimate::numeric, 9) AS coef, round((crm.fit_info(breslow)).log_likelihood::numeric, 7) AS log_likelihood FROM cox, crm.coef(breslow);
SELECT name, round(estimate::numeric, 9) AS coef, round(std_error::numeric, 10) AS std_error, round((crm.fit_info(m)).log_likelihood::numeric, 7) AS log_likelihood, round((crm.concordance(m)).concordance::numeric, 10) AS concordance
  FROM (SELECT crm.fit_cox(time, status = 1, ARRAY[trt, karno, (celltype = 'smallcell')::int, (celltype = 'adeno')::int, (celltype = 'large')::int]) AS m FROM veteran) AS x, crm.coef(m);
SELECT name, round(estimate::numeric, 9) AS coef, round(std_error::numeric, 10) AS std_error, round((crm.fit_info(m)).log_likelihood::numeric, 5) AS log_likelihood, round((crm.concordance(m)).concordance::numeric, 12) AS concordance
  FROM (SELECT crm.fit_cox(tenure, churn, ARRAY[monthly, (contract = 'One year')::int, (contract = 'Two year')::int, senior], '{"names": ["monthly charges", "one year", "two year", "senior"]}') AS m FROM telco) AS x, crm.coef(m);

-- Accelerated failure times.
SELECT name, round(estimate::numeric, 8) AS estimate, round((crm.fit_info(m)).log_likelihood::numeric, 6) AS log_likelihood
  FROM (SELECT crm.fit_weibull(time, status = 2, ARRAY[age, sex], '{"names": ["age", "sex"]}') AS m FROM lung) AS x, crm.coef(m);
SELECT i.kind, round((SELECT estimate FROM crm.coef(m) WHERE name = 'intercept')::numeric, 7) AS intercept, round((SELECT estimate FROM crm.coef(m) WHERE name = 'scale')::numeric, 7) AS scale, round(i.log_likelihood::numeric, 6) AS log_likelihood
  FROM (SELECT unnest(ARRAY[crm.fit_exponential(time, status = 2), crm.fit_weibull(time, status = 2), crm.fit_lognormal(time, status = 2), crm.fit_loglogistic(time, status = 2)]) AS m FROM lung) AS x, crm.fit_info(m) AS i;
SELECT kind, round(delta_aic::numeric, 3) AS delta_aic FROM crm.compare((SELECT ARRAY[crm.fit_exponential(time, status = 2), crm.fit_weibull(time, status = 2), crm.fit_lognormal(time, status = 2), crm.fit_loglogistic(time, status = 2)] FROM lung));
DROP SCHEMA predict_survival_reference CASCADE;
