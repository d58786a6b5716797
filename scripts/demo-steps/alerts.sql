\echo
\echo '-- What a person should look at'
SELECT severity, message, next_step FROM shop.alert ORDER BY severity DESC, kind, message LIMIT 10;
