package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/internal/console"
	"protobench/internal/wording"
	"protobench/reports"
	"protobench/stats"
)

type planCommand struct {
	sweepArgument
	selection
	Commands bool   `help:"Freeze the plan in the folder of results, and print a command for each cell that is missing there, for GNU parallel and others."`
	Out      string `placeholder:"DIR" help:"With --commands: folder of the results (results/NAME)."`
	JSON     bool   `name:"json" help:"One JSON object per line."`
}

// Validate refuses flags that make no sense.
func (c planCommand) Validate() error {
	if c.Out != "" && !c.Commands {
		return errors.New("--out goes with --commands; a plan alone writes nothing")
	}
	return nil
}

// Run shows the plan; it writes nothing but with --commands.
func (c planCommand) Run(ctx context.Context, w *console.Console) error {
	if c.Commands {
		return c.commands(ctx, w)
	}
	return c.show(ctx, w, datasets.OpenUntil(ctx))
}

func (c planCommand) show(ctx context.Context, w *console.Console, data *datasets.Library) error {
	p, jobs, err := selectedJobs(ctx, c.sweepArgument, c.selection, data)
	if err != nil {
		return err
	}
	arms, err := console.Await(ctx, func() ([]budget.Arm, error) {
		return budget.Estimate(ctx, harness.Distinct(jobs), cell.Real(), data)
	})
	if err != nil {
		return console.Given(ctx, err)
	}
	warnOf(w, jobs)
	if err := showData(w.Out, jobs, data, c.JSON); err != nil {
		return err
	}
	return showPlan(w.Out, p, jobs, arms, c.JSON)
}

// dataLine is a set out of files as --json prints it.
type dataLine struct {
	Event string `json:"event"`
	Name  string `json:"name"`  // under which it was read
	Found string `json:"found"` // what was recognised
	Train int    `json:"train"` // images
	Test  int    `json:"test"`
}

// showData says what was recognised in the files of each data set.
func showData(w io.Writer, jobs []cell.Job, data *datasets.Library, asJSON bool) error {
	seen := map[string]bool{}
	for i := range jobs {
		set, err := data.Open(jobs[i].Cell.Data())
		if err != nil {
			return err
		}
		if set.Found == "" || seen[set.Fingerprint] {
			continue
		}
		seen[set.Fingerprint] = true
		if asJSON {
			err = json.NewEncoder(w).Encode(dataLine{"data", set.Name, set.Found, set.Train.Len(), set.Test.Len()})
		} else {
			_, err = fmt.Fprintf(w, "data: read as %s: %s; %d training and %d test images of %d classes\n", set.Name, set.Found, set.Train.Len(), set.Test.Len(), set.Classes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// planLine is a cell as --json prints it.
type planLine struct {
	Event string `json:"event"`
	Dir   string `json:"dir"`
	Cell  any    `json:"cell"`
}

// planTotal sums a plan up.
type planTotal struct {
	Event   string   `json:"event"`
	Cells   int      `json:"cells"`
	TrainS  float64  `json:"train_s"` // on one core; 0 when not measured
	Steps   int      `json:"steps"`   // of all cells; 0 when not measured
	Seeds   int      `json:"seeds"`
	Minimum float64  `json:"smallest_p"`                 // of one test
	Family  int      `json:"comparisons"`                // tests that Holm's correction counts
	Alone   []string `json:"without_baseline,omitempty"` // arms that no other one is the baseline of
	Holm    float64  `json:"smallest_p_holm"`            // of the family's smallest p, corrected
	Needed  int      `json:"seeds_needed"`               // for that to reach 0.05
	Claims  int      `json:"claims"`                     // a family of their own

	budgetTotal

	baseline string   // as the sweep declares it
	searched []string // settings in which arms may differ from it
	primary  int      // number of declared endpoints
}

func totalOf(p *harness.Plan, cells int, arms []budget.Arm) planTotal {
	n := len(p.Sweep.Seeds)
	pairs := reports.PairsOf(p.Record())
	family := pairs.Comparisons
	var train time.Duration
	steps := 0
	for _, b := range arms {
		train += b.Training()
		steps += b.Cells * b.Steps
	}
	return planTotal{
		Event: "plan", Cells: cells, TrainS: train.Seconds(), Steps: steps, Seeds: n, Minimum: stats.SmallestP(n),
		Family: family, Holm: stats.SmallestHolm(n, family), Needed: stats.SeedsNeeded(family), Alone: pairs.Alone,
		Claims:      len(p.Sweep.Claims),
		budgetTotal: sumOf(p, arms),
		baseline:    p.Sweep.Baseline, searched: p.Sweep.Searched, primary: len(p.Sweep.Primary),
	}
}

func showPlan(w io.Writer, p *harness.Plan, jobs []cell.Job, arms []budget.Arm, asJSON bool) error {
	total := totalOf(p, len(jobs), arms)
	if !asJSON {
		return planTable(w, jobs, arms, total)
	}
	lines := json.NewEncoder(w)
	for i := range jobs {
		if err := lines.Encode(planLine{"cell", jobs[i].Dir, jobs[i].Identity()}); err != nil {
			return err
		}
	}
	for _, b := range arms {
		if err := lines.Encode(lineOf(b)); err != nil {
			return err
		}
	}
	return lines.Encode(total)
}

func planTable(w io.Writer, jobs []cell.Job, arms []budget.Arm, total planTotal) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "cell\tlearner\tseed\thash") // a tabwriter fails at Flush
	for i := range jobs {
		id := jobs[i].Identity()
		_, _ = fmt.Fprintf(t, "%s\t%s\t%d\t%.8s\n", id.Arm(), cmp.Or(id.Learner, "-"), id.Seed, id.Hash)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n%s\n", wording.Count(total.Cells, "cell"), significance(total))
	if err == nil && len(arms) > 0 {
		err = budgetTable(w, arms, total)
	}
	return err
}

// significance says what the number of seeds can show.
func significance(t planTotal) string {
	text := fmt.Sprintf("%s: the smallest two-sided p of one paired sign-flip test is %.3g", wording.Count(t.Seeds, "seed"), t.Minimum)
	if t.Family == 0 {
		return text + "\n" + t.untested() + ", so no comparison is tested" + t.alone() + t.claims()
	}
	text += fmt.Sprintf(", and %.3g with Holm over the %s of arms with their baselines in the primary metrics", t.Holm, wording.Count(t.Family, "comparison"))
	if t.Holm >= stats.Level {
		text += fmt.Sprintf("; no difference can reach %v, which takes %s (one test alone: %d)", stats.Level, wording.Count(t.Needed, "seed"), stats.SeedsNeeded(1))
	}
	return text + t.alone() + t.claims()
}

// claims says, on a line of its own, what the number of seeds can show of the sweep's claims.
func (t planTotal) claims() string {
	if t.Claims == 0 {
		return ""
	}
	smallest := stats.SmallestHolm(t.Seeds, t.Claims)
	text := fmt.Sprintf("\n%s: the smallest p with Holm over the claims is %.3g", wording.Count(t.Claims, "claim"), smallest)
	if smallest >= stats.Level {
		text += fmt.Sprintf("; none that expects more or less can be supported, which takes %s", wording.Count(stats.SeedsNeeded(t.Claims), "seed"))
	}
	return text
}

// untested says why a plan declares no comparison.
func (t planTotal) untested() string {
	switch {
	case t.baseline == "" && t.primary == 0:
		return "the sweep declares neither a baseline nor a primary metric"
	case t.baseline == "":
		return "the sweep declares no baseline"
	case t.primary == 0:
		return "the sweep declares no primary metric"
	}
	return "no arm has another one as its baseline"
}

// alone names the arms without a partner, on a line of its own.
func (t planTotal) alone() string {
	if len(t.Alone) == 0 {
		return ""
	}
	wanted := "the arm " + t.baseline
	if learner, ok := strings.CutPrefix(t.baseline, "learner="); ok {
		wanted = "an arm of the same objective with learner " + learner + ", with equal data, encoder, views, training and K"
		if len(t.searched) > 0 {
			wanted += " but for " + strings.Join(t.searched, ", ")
		}
		wanted += ","
	}
	return fmt.Sprintf("\nwithout a baseline, which is %s at equal axes, and so not tested: %s", wanted, strings.Join(t.Alone, ", "))
}

// roughly rounds a duration to two figures that people read.
func roughly(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d s", int(d.Seconds()+0.5))
}

type validateCommand struct{ sweepArgument }

// Run reports at once everything that a run would refuse; it opens the data and writes nothing.
func (c validateCommand) Run(ctx context.Context, w *console.Console) error {
	outlines := datasets.NewLibrary(datasets.Until(ctx, datasets.Outline)) // no image is looked at
	p, err := c.planned(ctx, outlines)
	if err != nil {
		return err
	}
	warnOf(w, p.Jobs)
	w.Warn(p.Sweep.Alike...)
	_, err = fmt.Fprintf(w.Out, "%s: all right, %s\n", p.Sweep.File, wording.Count(len(p.Jobs), "cell"))
	return err
}
