package harness

import (
	"fmt"
	"math"
	"strings"

	"protobench/harness/store"
	"protobench/internal/team"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics"
)

// gauge collects metrics, and for those without a value the reason.
type gauge struct {
	metrics   store.Metrics
	undefined map[string]string
	warnings  []store.Warning
	team      *team.Team // shares the work of probes; nil for one thread
}

func newGauge() *gauge { return &gauge{metrics: store.Metrics{}, undefined: map[string]string{}} }

func (g *gauge) put(key string, value float64) { g.maybe(key, value, true, "") }

func (g *gauge) maybe(key string, value float64, ok bool, why string) {
	if ok && !math.IsNaN(value) && !math.IsInf(value, 0) {
		g.metrics[key] = value
		return
	}
	g.metrics[key] = math.NaN()
	if why == "" {
		why = "not a finite number"
	}
	g.undefined[key] = why
}

func (g *gauge) warn(key string, warnings []string) {
	for _, w := range warnings {
		g.warnings = append(g.warnings, store.Warning{Metric: key, Text: w})
	}
}

const (
	noDirection  = "no prototype has a direction"
	noPrototypes = "the objective has no prototypes"
)

// prototypeMetrics are the keys of what [gauge.learner] measures.
func prototypeMetrics() []string {
	var keys []string
	for _, format := range []string{"unique@%v", "unique_centred@%v", "live_unique@%v"} {
		for _, eps := range Epsilons {
			keys = append(keys, fmt.Sprintf(format, eps))
		}
	}
	return append(keys, "prototype_mean_norm", "effective_rank.prototypes", "displacement", "path", "drift", "reseeds", "used", "dead", "usage_perplexity", "grouped_perplexity")
}

// usage is how a learner's prototypes share out images.
type usage struct {
	assigned []int // [n]
	counts   []int // [K]
	owner    []int // [K], representative at the smallest epsilon
	live     int
}

// learner measures a learner's prototypes and their use on embeddings z [n,D].
// Teacher prototypes are the headline for every arm.
func (g *gauge) learner(l methods.Learned, z metrics.Matrix) usage {
	if l.K == 0 {
		g.without(prototypeMetrics())
		return usage{}
	}
	p := metrics.MatrixOf(l.K, l.D, l.Current[part.Teacher])
	covers := metrics.Covers(p, Epsilons[:])
	g.covers("unique@%v", covers)
	g.covers("unique_centred@%v", metrics.CoversCentred(p, Epsilons[:]))
	g.geometry(l, p)
	u := usage{assigned: metrics.Assign(matrix(l.Scores(z.Data), z.Rows)), owner: covers[0].Owner}
	u.counts = metrics.Counts(u.assigned, l.K)
	g.covers("live_unique@%v", metrics.LiveCovers(p, u.counts, z.Rows, Epsilons[:]))
	u.live = g.usage(u, z.Rows)
	return u
}

// without marks metrics of prototypes as undefined for an arm that has none.
func (g *gauge) without(keys []string) {
	for _, key := range keys {
		g.maybe(key, 0, false, noPrototypes)
	}
}

func (g *gauge) covers(format string, covers []metrics.Cover) {
	for i, c := range covers {
		g.put(fmt.Sprintf(format, Epsilons[i]), float64(c.Count()))
	}
}

func (g *gauge) geometry(l methods.Learned, p metrics.Matrix) {
	norm, ok := metrics.MeanNorm(p)
	g.maybe("prototype_mean_norm", norm, ok, noDirection)
	singular, _ := metrics.SingularValues(p)
	rank, ok := metrics.EffectiveRank(singular)
	g.maybe("effective_rank.prototypes", rank, ok, "the prototypes have no spectrum")
	moved, ok := metrics.Displacement(metrics.MatrixOf(l.K, l.D, l.Initial), p)
	g.maybe("displacement", moved, ok, noDirection)
	g.put("path", l.Path)
	g.put("drift", l.Drift)
	g.put("reseeds", float64(l.Reseeds))
}

func (g *gauge) usage(u usage, images int) (live int) {
	const nothing = "no image is assigned"
	s, ok := metrics.UsageOf(u.counts, images)
	g.maybe("used", float64(s.Used), ok, nothing)
	g.maybe("dead", s.Dead, ok, nothing)
	g.maybe("usage_perplexity", s.Perplexity, ok, nothing)
	grouped, ok := metrics.GroupedPerplexity(u.counts, u.owner)
	g.maybe("grouped_perplexity", grouped, ok, nothing)
	return s.Live
}

// student counts the student's own unique prototypes, which differ from the teacher's where there are two sets.
func (g *gauge) student(l methods.Learned) {
	if l.K == 0 {
		for _, eps := range Epsilons {
			g.without([]string{fmt.Sprintf("unique@%v.student", eps)})
		}
		return
	}
	p := metrics.MatrixOf(l.K, l.D, l.Current[part.Student])
	g.covers("unique@%v.student", metrics.Covers(p, Epsilons[:]))
}

// copyTo gives a metric a second key.
func (g *gauge) copyTo(to, from string) {
	g.metrics[to] = g.metrics[from]
	if why, ok := g.undefined[from]; ok {
		g.undefined[to] = why
	}
}

// studentKey is the student's key for a teacher's metric.
func studentKey(key string) string { return strings.TrimSuffix(key, "teacher") + "student" }
