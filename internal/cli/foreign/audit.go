package foreign

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"protobench/audit"
	"protobench/audit/checkpoint"
	"protobench/internal/console"
	"protobench/internal/team"
	"protobench/internal/wording"
	"protobench/metrics/uniqueness"
	"protobench/reports/verdicts"
)

// ExitVerdict is the exit code of an audit whose verdict is what --fail-on names, or worse.
const ExitVerdict = 3

// Audit is the verb audit.
type Audit struct {
	Files       []string          `arg:"" optional:"" name:"file" help:"Checkpoints or arrays: .npy, .npz, .safetensors, or what torch.save wrote."`
	Key         string            `placeholder:"NAME" help:"Tensor that holds the prototypes, where they are not found."`
	Eps         []float64         `placeholder:"ε" help:"Cosine distances at which prototypes are one; the verdict is about the first (0.025,0.05,0.1,0.25,0.5 where none is given)."`
	Init        string            `placeholder:"FILE" help:"The prototypes' start, for how far they moved."`
	Log         []string          `placeholder:"FILE" help:"Log of the training: lines of JSON, Lightning's metrics.csv, TensorBoard events."`
	Features    string            `placeholder:"FILE" help:"Images' embeddings [N, D] as the prototypes see them: for usage."`
	FeaturesKey string            `placeholder:"NAME" help:"Array of the features' file, where it has several [N, D]."`
	Temperature float64           `placeholder:"τ" help:"Temperature of the scores, for the entropy of predictions."`
	Center      string            `placeholder:"NAME" help:"Tensor that is taken off the scores (found in DINO's files; none for none)."`
	Scores      string            `enum:"cosine,linear" default:"cosine" help:"Scores are cosines, or inner products with the rows as stored (always, where a bias stands beside them)."`
	Threshold   map[string]string `placeholder:"NAME=NUMBER" help:"Another threshold of the verdict's rules (docs/audit.md lists them)."`
	Report      string            `placeholder:"DIR" help:"Folder for a page with figures, and the groups of copies as CSV."`
	FailOn      string            `placeholder:"VERDICT" help:"Exit code 3 if the verdict is this or a worse one: total, dead, partial, never, offset, undecided."`
	JSON        bool              `name:"json" help:"One JSON object per set of prototypes."`
}

// Run judges the prototypes of each file, and each log.
func (c Audit) Run(w *console.Console) error {
	if len(c.Files)+len(c.Log) == 0 {
		return errors.New("nothing to audit: name a checkpoint, or a log with --log")
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	defer o.Team.Close()
	fail := audit.Kind("")
	if c.FailOn != "" {
		if fail, err = audit.ParseKind(c.FailOn); err != nil {
			return fmt.Errorf("--fail-on: %w", err)
		}
	}
	found, err := c.audit(w.Out, o)
	if err != nil {
		return err
	}
	if c.Report != "" {
		if err := verdicts.Write(c.Report, found); err != nil {
			return err
		}
	}
	if worst := found.Worst(); fail != "" && worst.AtLeast(fail) {
		return console.Exit(ExitVerdict, fmt.Sprintf("--fail-on %s: the verdict is %s", c.FailOn, worst))
	}
	return nil
}

// audit prints what it finds, file by file, and goes on after one that cannot be audited.
func (c Audit) audit(w io.Writer, o audit.Options) (verdicts.Findings, error) {
	var found verdicts.Findings
	var wrong []error
	a := audit.New(o)
	for _, path := range checkpoint.Ordered(c.Files) {
		results, err := a.File(path)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		found.Sets = append(found.Sets, results...)
		if err := c.show(w, results); err != nil {
			return found, err
		}
	}
	found.Series = a.Series()
	if err := c.showSeries(w, found.Series); err != nil {
		return found, err
	}
	for _, path := range c.Log {
		r, err := audit.Log(path, found.Prototypes(), o.Thresholds)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		found.Logs = append(found.Logs, r)
		if err := c.showLog(w, r); err != nil {
			return found, err
		}
	}
	return found, errors.Join(wrong...)
}

func (c Audit) options() (audit.Options, error) {
	o := audit.Options{Key: c.Key, Epsilons: c.Eps, Thresholds: audit.Defaults(), Init: c.Init, Series: len(c.Files) > 1}
	if len(o.Epsilons) == 0 {
		o.Epsilons = uniqueness.Epsilons()
	}
	for _, e := range o.Epsilons {
		if !(e > 0 && e <= 2) {
			return o, fmt.Errorf("--eps %g: a cosine distance above 0 and up to 2 is expected", e)
		}
	}
	if c.Temperature < 0 {
		return o, fmt.Errorf("--temperature %g: a positive number is expected", c.Temperature)
	}
	if c.Features != "" {
		o.Features = &audit.Features{Path: c.Features, Key: c.FeaturesKey, Temperature: c.Temperature, Center: c.Center, Linear: c.Scores == "linear"}
	}
	if err := o.Thresholds.Set(c.Threshold); err != nil {
		return o, fmt.Errorf("--threshold: %w", err)
	}
	o.Team = team.New(runtime.GOMAXPROCS(0))
	return o, nil
}

func (c Audit) show(w io.Writer, results []audit.Result) error {
	lines := json.NewEncoder(w)
	for _, r := range results {
		var err error
		if c.JSON {
			err = lines.Encode(r)
		} else {
			err = c.showOne(w, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c Audit) showOne(w io.Writer, r audit.Result) error {
	if _, err := fmt.Fprintf(w, "%s: %s\n", r.File, r.Title()); err != nil {
		return err
	}
	if err := showVerdictOf(w, r.Verdict); err != nil {
		return err
	}
	if err := showCounts(w, r); err != nil {
		return err
	}
	return showRemedies(w, r.Verdict)
}

func (c Audit) showLog(w io.Writer, r audit.LogResult) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(r)
	}
	if _, err := fmt.Fprintf(w, "%s: log\n", r.File); err != nil {
		return err
	}
	if err := showVerdictOf(w, r.Verdict); err != nil {
		return err
	}
	return showRemedies(w, r.Verdict)
}

func showVerdictOf(w io.Writer, v audit.Verdict) error {
	_, err := fmt.Fprintf(w, "%s\n  - %s\n", v.Kind, strings.Join(v.Reasons, "\n  - "))
	return err
}

func showRemedies(w io.Writer, v audit.Verdict) error {
	for _, remedy := range v.Remedies {
		if _, err := fmt.Fprintf(w, "  may help: %s\n", remedy); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// showCounts are the tables over ε and of how directions lie, with random vectors beside them.
func showCounts(w io.Writer, r audit.Result) error {
	head := []string{"  ε"}
	counts := []struct {
		name string
		of   audit.Counts
	}{{"  unique", r.Unique}, {"  centred", r.UniqueCentred}, {"  random", r.Baseline.Unique}}
	rows := make([][]string, len(counts))
	for i, c := range counts {
		rows[i] = []string{c.name}
	}
	for _, e := range r.Epsilons() {
		head = append(head, e)
		for i, c := range counts {
			rows[i] = append(rows[i], strconv.Itoa(c.of[e]))
		}
	}
	if err := console.Table(w, head, rows); err != nil {
		return err
	}
	rows = nil
	for _, c := range r.Shape() {
		rows = append(rows, []string{"  " + c.Name, wording.Number(c.Here), wording.Number(c.Random)})
	}
	return console.Table(w, []string{"", "here", "random"}, rows)
}

// showSeries prints what became of prototypes that several files have.
func (c Audit) showSeries(w io.Writer, all []audit.Series) error {
	lines := json.NewEncoder(w)
	for _, s := range all {
		if c.JSON {
			if err := lines.Encode(s); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "series of %s, %s\n", cmp.Or(s.Key, "the files' one matrix"), wording.Count(s.K, "prototype")); err != nil {
			return err
		}
		var rows [][]string
		for _, p := range s.Points {
			rows = append(rows, []string{
				"  " + p.At, p.File, strconv.Itoa(p.Unique), strconv.Itoa(p.UniqueCentred), wording.Number(p.Displacement), wording.Number(p.Drift), string(p.Verdict),
			})
		}
		if err := console.Table(w, []string{"  at", "file", "unique", "centred", "displacement", "drift", "verdict"}, rows); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "collapse begins: %s\n\n", cmp.Or(s.Begins, "not in these files")); err != nil {
			return err
		}
	}
	return nil
}
