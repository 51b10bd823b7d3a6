package results

import (
	"encoding/json"
	"fmt"
	"math"

	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/internal/wording"
	"protobench/reports/relation"
)

// Relate is the verb relate.
type Relate struct {
	X    string   `arg:"" help:"Metric, by its key: what diversity, or movement, is measured by."`
	Y    string   `arg:"" help:"The other metric."`
	Dirs []string `arg:"" name:"dir" help:"Runs, or folders of them."`
	relation.Only
	Resolution
	Out  string `placeholder:"NAME" help:"Draw it as well: NAME.png, NAME.svg and NAME.pdf."`
	JSON bool   `name:"json" help:"One JSON object instead of tables."`
}

// Validate refuses a resolution that nothing is drawn at.
func (c Relate) Validate() error {
	if c.DPI != nil && c.Out == "" {
		return fmt.Errorf("--dpi is the resolution of what --out draws; add --out NAME")
	}
	return c.Resolution.Validate()
}

// Run correlates two metrics at each level and fits one curve to all cells.
func (c Relate) Run(w *console.Console) error {
	defer heap.Late()()
	points, left, err := relation.Read(c.Dirs, c.X, c.Y, c.Only)
	if err != nil {
		return err
	}
	if len(points) == 0 {
		return fmt.Errorf("no finished cell has both %s and %s", c.X, c.Y)
	}
	levels, curve := relation.Levels(points), relation.OneCurve(points)
	if c.Out != "" {
		picture := relation.Picture(points, c.X, c.Y, levels, curve)
		picture.DPI = c.Pixels()
		if err := picture.Save(c.Out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if c.JSON {
		return json.NewEncoder(w.Out).Encode(struct {
			X      string           `json:"x"`
			Y      string           `json:"y"`
			Left   relation.Left    `json:"left_out"`
			Levels []relation.Level `json:"levels"`
			Curve  relation.Curve   `json:"curve"`
		}{c.X, c.Y, left, levels, curve})
	}
	text, err := relation.LevelTable(levels).Text(console.WidthOf(w.Out, 100))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w.Out, "%s and %s\n\n%s\n", c.X, c.Y, text); err != nil {
		return err
	}
	if relation.Reversed(levels) {
		w.Warn("the levels contradict each other (Simpson's paradox): what holds over all cells does not hold within")
	}
	if left != (relation.Left{}) {
		w.Warn(fmt.Sprintf("left out: %s without a result, %d collapsed, %d without one of the metrics, %d of a training that another run has too", wording.Count(left.Unfinished, "cell"), left.Collapsed, left.Without, left.Repeated))
	}
	return c.curve(w, curve)
}

// curve says how well one monotone curve does, and for which arms it fails.
func (c Relate) curve(w *console.Console, curve relation.Curve) error {
	if math.IsNaN(curve.Explained) {
		_, err := fmt.Fprintf(w.Out, "%s is the same in all cells, so that there is nothing for a curve to explain\n", c.Y)
		return err
	}
	misfit := curve.Misfit()
	_, err := fmt.Fprintf(w.Out, "one monotone curve of %s over all cells explains %.0f %% of the variance, and leaves a standard deviation of %.3g\n%d of %d arms lie %d or more off it, interval and all\n",
		c.X, 100*curve.Explained, curve.Residual, len(misfit), len(curve.Arms), relation.Misfits)
	if err != nil || len(misfit) == 0 {
		return err
	}
	text, err := curve.MisfitTable(c.X, c.Y).Text(console.WidthOf(w.Out, 100))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, "\n%s", text)
	return err
}
