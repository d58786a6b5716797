-- Step customers: what to call each customer

INSERT INTO crm.workspace_step (name, position, role, makes, of_source, customer_join, meaning)
VALUES ('customers', 35, 'customers', '{}', '{customer_name}', 'LEFT JOIN customer_name AS named ON named.customer = fact.customer', 'copies the names of customers');

INSERT INTO crm.workspace_column VALUES ('customers', 25, 'name', 'named.name', 'What to call the customer, where a source says so.');

CREATE FUNCTION crm.set_up_customers(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_name (customer %s PRIMARY KEY, name text)', customer_type);
    COMMENT ON TABLE customer_name IS 'What to call each customer; of several names in the source the first by spelling.';
END $$;
COMMENT ON FUNCTION crm.set_up_customers(regtype) IS 'Tables of step customers.';

CREATE FUNCTION crm.refresh_customers(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    more bigint;
BEGIN
    CREATE TEMPORARY TABLE fresh_name ON COMMIT DROP AS
    SELECT customer, min(name COLLATE "C") AS name FROM source_customers WHERE customer IS NOT NULL GROUP BY customer;
    DELETE FROM customer_name AS old WHERE NOT EXISTS (SELECT FROM fresh_name AS fresh WHERE fresh.customer = old.customer);
    GET DIAGNOSTICS rows = ROW_COUNT;
    UPDATE customer_name AS old SET name = fresh.name FROM fresh_name AS fresh
    WHERE fresh.customer = old.customer AND fresh.name IS DISTINCT FROM old.name;
    GET DIAGNOSTICS more = ROW_COUNT;
    rows := rows + more;
    INSERT INTO customer_name
    SELECT fresh.customer, fresh.name FROM fresh_name AS fresh
    WHERE NOT EXISTS (SELECT FROM customer_name AS old WHERE old.customer = fresh.customer);
    GET DIAGNOSTICS more = ROW_COUNT;
    rows := rows + more;
    DROP TABLE fresh_name;
END $$;
COMMENT ON FUNCTION crm.refresh_customers(bigint, date, jsonb) IS 'Step customers.';
