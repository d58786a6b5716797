// A workspace's content with hostile words everywhere.

export const hostile = '<script>alert("1")</script> \u202e\u05d0\u05d1 & \'x\' </text></svg> ' + 'W'.repeat(500);

export function sample() {
    const spec = {
        $schema: 'https://vega.github.io/schema/vega-lite/v5.json', width: 640, height: 100, autosize: { type: 'fit-x', contains: 'padding' },
        title: { text: hostile, subtitle: hostile }, description: hostile, mark: 'bar',
        encoding: { y: { field: 'name', type: 'nominal' }, x: { field: 'value', type: 'quantitative' }, color: { field: 'name', type: 'nominal' } },
        data: { values: [{ name: hostile, value: 1 }, { name: '#1f2328', value: 2.5 }, { name: 'an id="x"', value: 3 }] },
        config: { axis: { labelColor: '#1f2328', labelLimit: 150 }, legend: { orient: 'top', labelLimit: 150 }, text: { color: '#1f2328' }, background: '#ffffff' },
    };
    const figures = { customers: 3, new_customers: 1, active_customers: 2.4, revenue: 1234.5, clv: 100, expected_orders: 1, top_20_share: 0.5, at_risk_customers: 1, at_risk_clv: 20 };
    const customer = { name: hostile, customer: '1', reason: hostile, next_step: hostile, segment: hostile, last_order: '2026-01-01', revenue: 1, p_alive: 0.5, clv: 2 };
    return {
        workspace: hostile,
        charts: [{ chart: 'one', section: 'Customers', meaning: hostile, spec }, { chart: 'two', section: 'Comments', meaning: hostile, spec: { ...spec, mark: { type: 'bar', clip: true } } },
            { chart: 'empty', section: 'Comments', meaning: hostile, spec: { ...spec, data: { values: [] } } }],
        summary: { as_of: '2026-06-30', ...figures }, before: { as_of: '2026-05-31', ...figures, customers: 2 },
        alerts: [{ severity: 'urgent', subject: hostile, message: hostile, why: hostile, next_step: hostile }, { severity: hostile, subject: null, message: null }],
        segments: [{ segment: hostile, next_step: hostile, customers: 3, revenue: 1, p_alive: 0.5, clv: 2 }],
        lifecycle: [{ lifecycle: hostile, meaning: hostile, customers: 3, customers_share: 1, clv: 2 }],
        at_risk: [customer, { ...customer, name: null, customer: hostile }],
        topics: [{ topic: hostile, keywords: hostile, example: hostile, comments: 1, recent_comments: 1, earlier_comments: 0, customers: 1 }],
        models: [{ name: hostile, kind: hostile, as_of: '2026-06-30', measure: hostile, quality: 0.81234, observations: 3, message: hostile }],
        run: { run: 2, as_of: '2026-06-30', state: 'complete', seconds: 67, customers: 3, changed_customers: 1, message: hostile, ended: '2026-07-01 02:00' },
    };
}

/** A workspace that has not been refreshed. */
export function unfilled() {
    const { workspace, charts } = sample();
    return { workspace, charts: charts.filter(chart => chart.chart === 'empty'), alerts: [], segments: [], lifecycle: [], at_risk: [], topics: [], models: [] };
}
