package audit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"protobench/audit/checkpoint"
	"protobench/audit/directions"
)

// Result is one set of prototypes with its verdict.
type Result struct {
	checkpoint.Found
	Measures
	Verdict
}

// MarshalJSON writes the object that --json prints a line of.
func (r Result) MarshalJSON() ([]byte, error) {
	type usage struct {
		Used       int     `json:"used"`
		Dead       float64 `json:"dead"`
		LiveUnique Counts  `json:"live_unique"`
	}
	object := struct {
		File          string              `json:"file"`
		Key           string              `json:"key"`
		Shape         [2]int              `json:"shape"`
		DType         string              `json:"dtype"`
		Unique        Counts              `json:"unique"`
		UniqueCentred Counts              `json:"unique_centred"`
		Groups        int                 `json:"groups"`
		Largest       int                 `json:"largest_group"`
		MeanNorm      float64             `json:"prototype_mean_norm"`
		RowNorms      Norms               `json:"row_norms"`
		Nearest       *directions.Cosines `json:"nearest_cosine"` // null with fewer than two that have a direction
		EffectiveRank *float64            `json:"effective_rank"` // null without a spectrum
		Baseline      Baseline            `json:"baseline"`
		Verdict       Kind                `json:"verdict"`
		Reasons       []string            `json:"reasons"`
		*usage
	}{
		r.File, r.Key, [2]int{r.K, r.D}, numpyName(r.DType), r.Unique, r.UniqueCentred, len(r.Groups), r.Largest(), r.MeanNorm, r.RowNorms, r.Nearest, r.EffectiveRank, r.Baseline,
		r.Kind, r.Reasons, nil,
	}
	if u := r.Usage; u != nil {
		object.usage = &usage{u.Used, u.Dead, u.LiveUnique}
	}
	return json.Marshal(object)
}

// numpyName is an element type as Python users call it.
func numpyName(dtype string) string {
	if name, ok := map[string]string{
		"F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8",
	}[dtype]; ok {
		return name
	}
	return dtype
}

// Title says what was audited in a line: key, shape, type, and whose it is.
func (r Result) Title() string {
	text := checkpoint.TensorText(r.Key)
	text = fmt.Sprintf("%s [%d, %d] %s, %s", text, r.K, r.D, numpyName(r.DType), r.Is)
	if r.Branch != "" {
		text += " of the " + r.Branch
	}
	if r.Project != "" {
		text += " (as " + r.Project + ")"
	}
	return text
}

// Epsilons are the distances as texts, smallest first.
func (r Result) Epsilons() []string {
	keys := slices.Collect(maps.Keys(r.Unique))
	slices.SortFunc(keys, func(a, b string) int {
		x, _ := strconv.ParseFloat(a, 64)
		y, _ := strconv.ParseFloat(b, 64)
		return cmp.Compare(x, y)
	})
	return keys
}

// Compared is a quantity of prototypes beside that of random unit vectors; nil where undefined.
type Compared struct {
	Name         string
	Here, Random *float64
}

// Shape is how directions lie beside random ones: near copies of each other have nearest cosines
// near 1, and few dimensions a low effective rank.
func (r Result) Shape() []Compared {
	quantiles := func(c *directions.Cosines) [3]*float64 {
		if c == nil {
			return [3]*float64{}
		}
		return [3]*float64{&c.P05, &c.Median, &c.P95}
	}
	here, random := quantiles(r.Nearest), quantiles(r.Baseline.Nearest)
	var out []Compared
	for i, q := range []string{"5 %", "median", "95 %"} {
		out = append(out, Compared{"nearest cosine, " + q, here[i], random[i]})
	}
	return append(out, Compared{"effective rank", r.EffectiveRank, &r.Baseline.EffectiveRank})
}
