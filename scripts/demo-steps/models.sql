\echo
\echo '-- Models: how customers buy and leave, what they spend, who scores how'
CREATE TABLE model AS
SELECT crm.fit_bg_nbd(r) AS buying, crm.fit_gamma_gamma(r) AS spending, crm.fit_rfm_score(r) AS scorer
FROM history;
\echo
SELECT kind, observations, distinct_observations AS distinct, converged, iterations, log_likelihood::numeric(20, 2), message
FROM model, LATERAL (VALUES (buying), (spending)) AS fitted (m), crm.fit_info(m);

SELECT kind, name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error
FROM model, LATERAL (VALUES ('bg_nbd', buying), ('gamma_gamma', spending)) AS fitted (kind, m), crm.coef(m);
