\echo
\echo '-- A workspace: declared once, brought up to date by one call'
\if :with_comments
SELECT crm.create_workspace('shop', orders => 'orders', comments => 'comments',
    options => '{"columns": {"orders": {"customer": "customer_id"}, "comments": {"customer": "customer_id"}}}');
\else
SELECT crm.create_workspace('shop', orders => 'orders', options => '{"columns": {"orders": {"customer": "customer_id"}}}');
\endif
\echo
\echo '-- A month before the end of the data, and then at its end: what changed between them shows'
CALL crm.refresh('shop', :'a_month_before');
CALL crm.refresh('shop', :'as_of');
\echo
SELECT step, state, rows, seconds::numeric(10, 2), message FROM shop.run_step WHERE run = 2 ORDER BY position;
SELECT as_of, opening, revalued, acquired, grown, lapsed, lost, closing FROM shop.equity;
SELECT as_of, customers, new_customers, active_customers::numeric(20) AS active, orders, revenue::numeric(20), clv::numeric(20) AS "value next year"
FROM shop.summary ORDER BY as_of;
SELECT name, kind, kept, quality::numeric(10, 4), observations, parameters FROM shop.model WHERE chosen ORDER BY name;
