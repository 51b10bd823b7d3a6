package audit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/setting"
)

// Kind is a verdict in two words at most.
type Kind string

// The verdicts, the worst first.
const (
	Total     Kind = "total collapse"   // all prototypes are one, or all images are one prototype's
	Dead      Kind = "dead"             // prototypes are distinct and not in use, or no numbers
	Partial   Kind = "partial collapse" // many prototypes are copies of others
	Untrained Kind = "never trained"    // where they started
	Offset    Kind = "offset"           // near each other by a common offset alone, which changes no softmax
	Undecided Kind = "undecided"        // the evidence is for neither
	Healthy   Kind = "healthy"          // as distinct as random vectors, and in use as far as that is known
)

// Kinds are all verdicts, the worst first.
func Kinds() []Kind { return []Kind{Total, Dead, Partial, Untrained, Offset, Undecided, Healthy} }

// ParseKind finds a verdict by its name or the first word of it.
func ParseKind(s string) (Kind, error) {
	var names []string
	for _, k := range Kinds() {
		first, _, _ := strings.Cut(string(k), " ")
		if s == string(k) || s == first {
			return k, nil
		}
		names = append(names, first)
	}
	return "", fmt.Errorf("verdict %q is none of %s", s, strings.Join(names, ", "))
}

// AtLeast reports whether a verdict is another or a worse one.
func (k Kind) AtLeast(other Kind) bool {
	return slices.Index(Kinds(), k) <= slices.Index(Kinds(), other)
}

// Thresholds are the numbers of the rules. Shares are of what random vectors of the same shape
// have.
type Thresholds struct {
	Healthy  float64 `key:"healthy" default:"0.95" range:"[0,1]" doc:"least share of unique prototypes, as they stand and centred, that is healthy"`
	Partial  float64 `key:"partial" default:"0.9" range:"[0,1]" doc:"share of unique prototypes below which many are copies"`
	Copies   float64 `key:"copies" default:"0.01" range:"[0,1]" doc:"share of prototypes at cosine 1.0000 to another from which it is partial collapse whatever else is unique"`
	Spread   float64 `key:"spread" default:"0.05" range:"[0,1]" doc:"root mean square distance from the mean below which all unit prototypes are one"`
	Moved    float64 `key:"moved" default:"0.0001" range:"[0,1]" doc:"displacement from the start below which prototypes never moved"`
	Dead     float64 `key:"dead" default:"0.5" range:"[0,1]" doc:"share of dead prototypes from which distinct ones are dead"`
	Dominant float64 `key:"dominant" default:"0.99" range:"[0,1]" doc:"share of images from which one prototype has all of them"`
	Uniform  float64 `key:"uniform" default:"0.01" range:"[0,1]" doc:"part of ln K within which the entropy of predictions is uniform"`
}

// Defaults are the thresholds as they are declared.
func Defaults() Thresholds { return setting.Defaults[Thresholds](table) }

// table is what thresholds are called in errors.
const table = "threshold"

// Set sets thresholds by their names: {"partial": "0.8"}.
func (t *Thresholds) Set(texts map[string]string) error {
	v := setting.NewSchema([]setting.Table{setting.Of[Thresholds](table)}, nil).Defaults()
	setting.Write(&v, table, *t)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if _, ok := v.Schema().Find(table + "." + name); !ok {
			var names []string
			for _, k := range v.Schema().Keys() {
				names = append(names, strings.TrimPrefix(k.Path, table+"."))
			}
			return fmt.Errorf("threshold %q is not known; %s", name, setting.Suggest(name, names, "they are "+strings.Join(names, ", ")))
		}
		x, err := strconv.ParseFloat(texts[name], 64)
		if err != nil {
			return fmt.Errorf("threshold %s: %q is no number", name, texts[name])
		}
		if bad := v.Set(table+"."+name, x); bad != nil {
			return bad
		}
	}
	*t = setting.Read[Thresholds](v, table)
	return nil
}

// Verdict is what is wrong, why, and what may help.
type Verdict struct {
	Kind     Kind
	Reasons  []string
	Remedies []Remedy
}

// Remedy is what the evidence supports, with its source.
type Remedy struct{ Text, Source string }

// String is a remedy with its source.
func (r Remedy) String() string { return r.Text + " (" + r.Source + ")" }
