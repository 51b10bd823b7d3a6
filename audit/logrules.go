package audit

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/audit/logs"
	"protobench/metrics/matrix"
)

// LogResult is what a log says.
type LogResult struct {
	File string
	Verdict
}

// MarshalJSON writes the object that --json prints a line of.
func (r LogResult) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		File    string   `json:"file"`
		Verdict Kind     `json:"verdict"`
		Reasons []string `json:"reasons"`
	}{r.File, r.Kind, r.Reasons})
}

// sizes are numbers of prototypes that published trainings have, for logs without a checkpoint.
func sizes() []int {
	return []int{256, 300, 500, 512, 1000, 1024, 2048, 3000, 4096, 8192, 10000, 16384, 32768, 60000, 65536, 131072, 262144}
}

// The rules of logs.
const (
	nearLnK  = 1e-3 // of a plateau's mean from ln K, nats
	scatter  = 1e-2 // of a plateau's values from ln K, nats
	rise     = 0.05 // above its least value from which a loss has risen, nats
	shortest = 3    // values of a plateau
	fallen   = 0.1  // of its level before, to which a loss falls at a blow
	steep    = 0.05 // of the log within which it falls
	from     = 1.0  // least level before the fall, nats
)

// Log judges a training by its log. ks are the numbers of prototypes of the checkpoints that are
// audited beside it; without any, published ones are tried.
func Log(path string, ks []int, t Thresholds) (LogResult, error) {
	curves, err := logs.Read(path)
	if err != nil {
		return LogResult{}, err
	}
	if len(ks) == 0 {
		ks = sizes()
	}
	r := LogResult{File: path, Verdict: Verdict{Kind: Healthy}}
	for _, c := range curves {
		kind, why := curve{c}.judge(ks, t)
		if kind != Healthy && kind.AtLeast(r.Kind) {
			r.Kind = kind
		}
		r.Reasons = append(r.Reasons, why...)
	}
	r.Remedies = remediesFor(r.Kind, &Measures{NotFinite: r.broken()})
	if len(r.Reasons) == 0 {
		r.Reasons = []string{fmt.Sprintf("no loss stands at or rises to ln K, falls to near zero at a blow, or is no number, in %d curves; a log cannot show copies", len(curves))}
	}
	return r, nil
}

// broken is 1 where the verdict is about numbers that are none.
func (r LogResult) broken() int {
	if r.Kind == Dead {
		return 1
	}
	return 0
}

// curve is a quantity of a log that rules are tried on.
type curve struct{ logs.Curve }

// judge tries the rules on one curve.
func (c curve) judge(ks []int, t Thresholds) (Kind, []string) {
	kind, reasons := Healthy, []string(nil)
	worse := func(k Kind, why string) {
		if why == "" {
			return
		}
		if k.AtLeast(kind) {
			kind = k
		}
		reasons = append(reasons, why)
	}
	stays, why := c.notFinite()
	if stays {
		worse(Dead, why)
	} else {
		worse(Undecided, why)
	}
	name := strings.ToLower(c.Name)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
	}
	switch {
	case has("cross"):
		worse(Total, c.plateau(ks))
	case has("entropy") && !has("mean", "marginal", "usage", "batch", "me_max", "memax"): // those should be high
		worse(Total, c.uniformEntropy(ks, t))
	case has("kl") && !has("loss"):
		worse(Undecided, c.noDivergence())
	case has("loss") && !has("koleo"):
		worse(Total, c.plateau(ks))
		worse(Total, c.fall())
	}
	return kind, reasons
}

// notFinite names the first value that is no number, and tells whether none comes after it.
func (c curve) notFinite() (stays bool, why string) {
	i := slices.IndexFunc(c.Values, func(v float64) bool { return !matrix.Finite(v) })
	if i < 0 {
		return false, ""
	}
	why = fmt.Sprintf("%s is %v at %s first", c.Name, c.Values[i], c.Where(i))
	if i > 0 {
		why += fmt.Sprintf(", %.4g before", c.Values[i-1])
	}
	stays = !slices.ContainsFunc(c.Values[i:], matrix.Finite)
	if stays && i < len(c.Values)-1 {
		why += ", and never a number again"
	}
	if strings.Contains(strings.ToLower(c.Name), "koleo") {
		why += ": two equal embeddings in a batch, or a batch of one; a running mean of it stays so for ever (facebookresearch/dinov2 issue 314)"
	}
	return stays, why
}

// tail are the last values that are numbers: a tenth of the log, at least three.
func (c curve) tail() []float64 {
	numbers := slices.DeleteFunc(slices.Clone(c.Values), func(v float64) bool { return !matrix.Finite(v) })
	n := max(shortest, len(numbers)/10)
	if len(numbers) < n {
		return nil
	}
	return numbers[len(numbers)-n:]
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// plateau says that a loss ends at ln K, and whether it stood there or rose to it.
func (c curve) plateau(ks []int) string {
	tail := c.tail()
	if tail == nil {
		return ""
	}
	for _, k := range ks {
		level := math.Log(float64(k))
		if math.Abs(mean(tail)-level) > nearLnK || slices.ContainsFunc(tail, func(v float64) bool { return math.Abs(v-level) > scatter }) {
			continue
		}
		least, at := math.Inf(1), 0
		for i, v := range c.Values {
			if matrix.Finite(v) && v < least {
				least, at = v, i
			}
		}
		if least < level-rise {
			return fmt.Sprintf("%s rises from %.4f at %s to %.4f = ln %d (%.4f): predictions became uniform over %s prototypes", c.Name, least, c.Where(at), mean(tail), k, level, thousands(k))
		}
		return fmt.Sprintf("%s stands at %.4f = ln %d (%.4f): predictions are uniform over %s prototypes, by total collapse or because nothing is learned",
			c.Name, mean(tail), k, level, thousands(k))
	}
	return ""
}

// fall says that a loss fell to near zero at a blow, which one live prototype makes.
func (c curve) fall() string {
	window := max(1, int(math.Ceil(steep*float64(len(c.Values)))))
	for i := window; i < len(c.Values); i++ {
		before, now := c.Values[i-window], c.Values[i]
		if !matrix.Finite(before) || !matrix.Finite(now) || before < from || now > fallen*before {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(c.Values[i:]), func(v float64) bool { return !matrix.Finite(v) })
		if slices.Max(rest) > 2*fallen*before {
			return ""
		}
		return fmt.Sprintf("%s falls from %.4g at %s to %.4g at %s and stays there: no good sign, as one live prototype for all images makes it; "+
			"its usage tells (--features)", c.Name, before, c.Where(i-window), now, c.Where(i))
	}
	return ""
}

// uniformEntropy says that an entropy ends within a part of ln K.
func (c curve) uniformEntropy(ks []int, t Thresholds) string {
	tail := c.tail()
	if tail == nil {
		return ""
	}
	for _, k := range ks {
		level := math.Log(float64(k))
		limit := t.Uniform
		if len(ks) == len(sizes()) {
			limit = nearLnK // any of many levels
		}
		if math.Abs(mean(tail)-level) <= limit*level {
			return fmt.Sprintf("%s ends at %.4f, within %g of ln %d (%.4f): uniform", c.Name, mean(tail), limit, k, level)
		}
	}
	return ""
}

// noDivergence says that predictions and targets are the same, from which nothing is learned.
func (c curve) noDivergence() string {
	tail := c.tail()
	if tail == nil || math.Abs(mean(tail)) > nearLnK {
		return ""
	}
	return fmt.Sprintf("%s ends at %.2g: predictions are the targets, and nothing is left to learn", c.Name, mean(tail))
}
