\echo
\echo '-- A workspace: declared once, brought up to date by one call'
\if :with_comments
SELECT crm.create_workspace('shop', orders => 'orders', comments => 'comments',
    options => '{"columns": {"orders": {"customer": "customer_id"}, "comments": {"customer": "customer_id"}}}');
\else
SELECT crm.create_workspace('shop', orders => 'orders', options => '{"columns": {"orders": {"customer": "customer_id"}}}');
\endif
CALL crm.refresh('shop', :'as_of');
\echo
SELECT step, state, rows, seconds::numeric(10, 2), message FROM shop.run_step ORDER BY position;
SELECT as_of, customers, new_customers, active_customers::numeric(20) AS active, orders, revenue::numeric(20), clv::numeric(20) AS "value next year"
FROM shop.summary;
SELECT name, kind, kept, quality::numeric(10, 4), observations, parameters FROM shop.model WHERE chosen ORDER BY name;
