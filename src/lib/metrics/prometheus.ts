import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { type MetricDefinition, metricDefinitions, type Metrics } from "./definitions";
import { eventTypeLabel } from "./event-type-label";

/** Figures that Prometheus can read. */
export interface PrometheusMetrics {
  /** Where they are kept: hand it over as `effects.metrics`. */
  metrics: Metrics;
  /** All of them now, in Prometheus's text format. */
  text: () => Promise<string>;
  /** The content type of that text. */
  contentType: string;
}

type Labels = Readonly<Record<string, string>>;

/** What the process itself takes: memory, CPU, event loop, under the workbench's own names. */
const processPrefix = "workbench_";

/**
 * Keeps the figures in a registry of its own, with those of the Node process beside them.
 *
 * A gauge without labels shows once it has been set: a zero nobody measured would be a lie. What
 * has no labels and only grows begins at zero.
 *
 * @param labels - put on every line, such as `{ worker: "2" }`
 * @example
 * ```ts
 * const prometheus = createPrometheusMetrics();
 * await consume(settings, {}, systemEffects({ metrics: prometheus.metrics }));
 * console.log(await prometheus.text());
 * ```
 */
export function createPrometheusMetrics(labels: Labels = {}): PrometheusMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ ...labels });
  collectDefaultMetrics({ register: registry, prefix: processPrefix });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const gaugeNamed = (name: string): Gauge => {
    const known = gauges.get(name);
    if (known !== undefined) return known;
    const gauge = new Gauge(configuration(name, registry));
    gauges.set(name, gauge);
    return gauge;
  };
  for (const [name, { kind, labels: names }] of Object.entries(metricDefinitions)) {
    const common = configuration(name, registry);
    if (kind === "counter") counters.set(name, new Counter(common));
    else if (kind === "histogram") {
      histograms.set(name, new Histogram({ ...common, ...bucketsOf(name) }));
    } else if (names.length > 0) gaugeNamed(name);
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    metrics: {
      add: (name, given, by = 1) => counters.get(name)?.inc(bounded(given), by),
      set: (name, given, value) => gaugeNamed(name).set(bounded(given), value),
      observe: (name, given, value) => histograms.get(name)?.observe(bounded(given), value),
    },
  };
}

function configuration(
  name: string,
  registry: Registry,
): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
  const { help, labels } = definitionOf(name);
  return { name, help, labelNames: [...labels], registers: [registry] };
}

function bucketsOf(name: string): { buckets?: number[] } {
  const { buckets } = definitionOf(name);
  return buckets === undefined ? {} : { buckets: [...buckets] };
}

function definitionOf(name: string): MetricDefinition {
  return metricDefinitions[name as keyof typeof metricDefinitions];
}

/** The labels, with what comes from outside bounded. */
function bounded(labels: object): Record<string, string> {
  const given: Record<string, string> = { ...labels };
  if (given["event_type"] !== undefined) given["event_type"] = eventTypeLabel(given["event_type"]);
  return given;
}
