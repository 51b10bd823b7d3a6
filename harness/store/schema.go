package store

import (
	"encoding/json"

	"protobench/stats"
)

// Result is a finished cell, the content of result.json.
type Result struct {
	Schema     int                `json:"schema"` // SchemaVersion
	Cell       Cell               `json:"cell"`
	Outcome    Outcome            `json:"outcome"`
	Metrics    Metrics            `json:"metrics"`
	Observers  map[string]Metrics `json:"observers,omitempty"`
	Undefined  map[string]string  `json:"undefined,omitempty"` // metric → why it has no value
	Timing     Timing             `json:"timing"`
	ResumedAt  []int              `json:"resumed_at"` // steps
	Provenance Provenance         `json:"provenance"`

	// Files are the SHA-256 of the cell's other files by name, in hex; none before revision 3.
	// [CellDir.Publish] fills it in.
	Files map[string]string `json:"files,omitempty"`
}

// SchemaVersion is the revision of plan.json and result.json that this package writes. Results of
// all revisions since the first are read; plans of the first hold less than readers need, and
// [Dir.Freeze] brings them up to date.
//
//	2  warnings have fields; plans hold settings, prototypes, observers, images and warnings
//	3  checksums: of plan and result, and in the result those of the cell's other files
const SchemaVersion = 3

const (
	sealedSchema = 3 // the first with checksums
	fullPlan     = 2 // the first whose plans hold what readers need
)

// Cell identifies one run of a sweep.
type Cell struct {
	Method       string         `json:"method"` // the arm's name in tables
	Objective    string         `json:"objective"`
	Learner      string         `json:"learner"`
	Regularizers []string       `json:"regularizers"`
	Embedding    string         `json:"embedding"`
	Form         string         `json:"form,omitempty"` // "faithful" where settings are those of the arm's paper; else ""
	Axes         map[string]any `json:"axes"`           // the matrix's key paths and this cell's values
	Seed         uint64         `json:"seed"`
	Hash         string         `json:"hash"` // hex SHA-256 over everything that can change a number
}

// The values of Outcome.Status.
const (
	OK          = "ok"
	Collapsed   = "collapsed"   // total collapse at the end; the metrics stand
	Diverged    = "diverged"    // a loss or weight stopped being finite; no final metrics
	Failed      = "failed"      // an error or a panic; Reason says which
	Interrupted = "interrupted" // stopped from outside; the checkpoint stands
)

// Outcome says how a cell ended.
type Outcome struct {
	Status string `json:"status"` // OK, Collapsed, Diverged, Failed or Interrupted
	Reason string `json:"reason"`
	Epoch  int    `json:"epoch"`
}

// Timing holds wall times; it never enters comparisons of results. Values that are not
// finite (no step was timed) are null in JSON.
type Timing struct {
	TrainS       float64 `json:"train_s"`        // seconds
	EvalS        float64 `json:"eval_s"`         // seconds
	StepMSMedian float64 `json:"step_ms_median"` // milliseconds
}

type timingJSON struct {
	TrainS       Number `json:"train_s"`
	EvalS        Number `json:"eval_s"`
	StepMSMedian Number `json:"step_ms_median"`
}

// MarshalJSON implements json.Marshaler.
func (t Timing) MarshalJSON() ([]byte, error) {
	return json.Marshal(timingJSON{Number(t.TrainS), Number(t.EvalS), Number(t.StepMSMedian)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Timing) UnmarshalJSON(raw []byte) error {
	var v timingJSON
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	*t = Timing{float64(v.TrainS), float64(v.EvalS), float64(v.StepMSMedian)}
	return nil
}

// Provenance says what made a result.
type Provenance struct {
	Version    string    `json:"version"`
	Numerics   int       `json:"numerics"`
	Go         string    `json:"go"`
	CPU        string    `json:"cpu"`
	ISA        string    `json:"isa"`
	Precision  string    `json:"precision,omitempty"` // of the encoder's products in training, where it is not float32
	DataSHA256 string    `json:"data_sha256"`
	Warnings   []Warning `json:"warnings"`
}

// Plan is what a sweep will run, frozen in plan.json before the first cell starts.
type Plan struct {
	Schema   int        `json:"schema"`
	Name     string     `json:"name"`
	Question string     `json:"question"`
	Note     string     `json:"note,omitempty"`     // what readers of the outcome have to know
	Baseline string     `json:"baseline"`           // an arm's name, or "learner=joint": each arm's own objective's joint arm
	Searched []string   `json:"searched,omitempty"` // settings that were chosen for every arm by itself
	Primary  []string   `json:"primary"`
	Claims   []Claim    `json:"claims,omitempty"`
	Sweep    string     `json:"sweep"` // the sweep file's text
	Cells    []PlanCell `json:"cells"`
}

// Claim is a prediction on which a sweep is judged: a weighted sum over its arms in one metric, and
// what is expected of it.
type Claim struct {
	Name             string         `json:"name"`
	Says             string         `json:"says"`
	Metric           string         `json:"metric"`
	Contrast         []ClaimTerm    `json:"contrast"`
	Where            map[string]any `json:"where,omitempty"`     // key path of an axis → its value
	Slope            string         `json:"slope,omitempty"`     // key path of the axis over which slopes are taken
	Step             []any          `json:"step,omitempty"`      // two values of that axis that are no numbers: the slope is from the first to the second
	PerLog2          bool           `json:"per_log2,omitempty"`  // by doubling of the axis
	Against          float64        `json:"against,omitempty"`   // taken from the sum, in the tables' unit
	Collapsed        *float64       `json:"collapsed,omitempty"` // what a totally collapsed run counts as, in the tables' unit; nil for no value
	stats.Hypothesis                // in the tables' unit
}

// ClaimTerm is one arm of a claim's sum, or one of its observers.
type ClaimTerm struct {
	Arm      string  `json:"arm"`
	Observer string  `json:"observer,omitempty"`
	At       float64 `json:"at"` // share of training; 1 for its end, the final metrics
	Weight   float64 `json:"weight"`
}

// PlanCell is one planned cell: its identity, its folder under cells/, what its settings come to,
// and its runnable config.
type PlanCell struct {
	Cell       Cell      `json:"cell"`
	Dir        string    `json:"dir"`
	Settings   Settings  `json:"settings"`   // of the keys that it reads
	Prototypes int       `json:"prototypes"` // K; 0 for a method without, and for reference rows
	Observers  []string  `json:"observers"`  // learners that watch; empty for none
	Images     []int     `json:"images"`     // training images of each class, after the long tail
	Warnings   []Warning `json:"warnings"`   // of its settings
	Config     string    `json:"config"`     // TOML: a sweep of this cell alone
}

// Epoch is one line of epochs.jsonl: a measurement during training.
type Epoch struct {
	Step      int                `json:"step"`
	Epoch     float64            `json:"epoch"`
	Metrics   Metrics            `json:"metrics"`
	Observers map[string]Metrics `json:"observers,omitempty"`
	Probes    map[string]Probe   `json:"probes,omitempty"` // by learner, "" for the arm's own; none where evaluate.probes is off
}

// Probe looks closer at one learner's prototypes at a measurement: docs/probes.md has its values.
type Probe struct {
	Values Metrics `json:"values"`
	// Merged are the prototypes that came within a cosine distance of another one since the
	// measurement before, each with the one that covers it, by that distance.
	Merged map[string][][2]int `json:"merged,omitempty"`
}

// Step is one line of steps.jsonl: the signals of one training step. A loss that is not
// finite is null in JSON and NaN once read.
type Step struct {
	Step   int     `json:"step"`
	Loss   float64 `json:"loss"`
	Values Metrics `json:"values,omitempty"`
	Events []Event `json:"events,omitempty"`
}

type stepJSON struct {
	Step   int     `json:"step"`
	Loss   Number  `json:"loss"`
	Values Metrics `json:"values,omitempty"`
	Events []Event `json:"events,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (s Step) MarshalJSON() ([]byte, error) {
	return json.Marshal(stepJSON{s.Step, Number(s.Loss), s.Values, s.Events})
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Step) UnmarshalJSON(raw []byte) error {
	var v stepJSON
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	*s = Step{v.Step, float64(v.Loss), v.Values, v.Events}
	return nil
}

// Event is something a learner did besides its regular update, e.g. re-seeding a dead prototype:
// the k-th of K, with several heads k + h·K for that of head h, or -1 for all.
type Event struct {
	Learner   string `json:"learner"`
	Kind      string `json:"kind"`
	Prototype int    `json:"prototype"`
}
