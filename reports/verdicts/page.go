package verdicts

import (
	"fmt"
	"strconv"
	"strings"

	"protobench/audit"
	"protobench/reports/table"
)

// page is README.md.
func page(f Findings) (string, error) {
	var b strings.Builder
	b.WriteString("# Audit\n")
	for i, r := range f.Sets {
		if err := set(&b, i, r); err != nil {
			return "", err
		}
	}
	for i, s := range f.Series {
		if err := series(&b, i, s); err != nil {
			return "", err
		}
	}
	for _, l := range f.Logs {
		fmt.Fprintf(&b, "\n## Log %s\n", escape(l.File))
		verdict(&b, l.Verdict)
	}
	b.WriteString(explanation)
	return b.String(), nil
}

// explanation is what the columns mean.
const explanation = `
## How to read it

**unique** counts the prototypes that remain when, in index order, each one is kept that no kept one covers at cosine distance below ε (Arteaga et al. 2025,
definition 2.1). **centred** is the same after the prototypes' mean is taken off and they are normalised again: a common offset changes no softmax and shrinks every
distance. **random** is what random unit vectors of the same shape have. **nearest cosine** is that of a prototype to its nearest other one, near 1 for a copy (of
4,096 prototypes at even distances where there are more); **effective rank** is exp of the entropy of the singular values of the unit prototypes (Roy and Vetterli
2007), low where they lie in few dimensions. A group is the prototypes that one covers. The groups' files have a line a prototype.
`

func escape(s string) string { return table.EscapeMarkdown(s) }

func verdict(b *strings.Builder, v audit.Verdict) {
	fmt.Fprintf(b, "\n**%s**\n\n", v.Kind)
	for _, why := range v.Reasons {
		fmt.Fprintf(b, "- %s\n", escape(why))
	}
	if len(v.Remedies) == 0 {
		return
	}
	b.WriteString("\nWhat may help:\n\n")
	for _, r := range v.Remedies {
		fmt.Fprintf(b, "- %s\n", escape(r.String()))
	}
}

func set(b *strings.Builder, i int, r audit.Result) error {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", escape(r.File), escape(r.Title()))
	verdict(b, r.Verdict)
	t := table.Table{Columns: []table.Column{{Name: "ε", CSV: "epsilon"}, {Name: "unique"}, {Name: "centred"}, {Name: "random"}}}
	for _, e := range r.Epsilons() {
		t.Rows = append(t.Rows, texts(e, strconv.Itoa(r.Unique[e]), strconv.Itoa(r.UniqueCentred[e]), strconv.Itoa(r.Baseline.Unique[e])))
	}
	text, err := t.Markdown()
	if err != nil {
		return err
	}
	shape, err := shapeTable(r).Markdown()
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n%s\n%s\n![Unique prototypes over ε](figures/epsilon-%d.png)\n", text, shape, i+1)
	if len(r.Groups) > 0 {
		fmt.Fprintf(b, "\n![Sizes of groups](figures/groups-%d.png)\n\nAll groups: [%s](%s)\n", i+1, groupsName(i), groupsName(i))
	}
	return nil
}

// shapeTable is how directions lie beside random ones.
func shapeTable(r audit.Result) *table.Table {
	t := &table.Table{Columns: []table.Column{{Name: "shape", Text: true}, {Name: "prototypes"}, {Name: "random"}}}
	for _, c := range r.Shape() {
		t.Rows = append(t.Rows, texts(c.Name, number(c.Here), number(c.Random)))
	}
	return t
}

func texts(of ...string) []table.Value {
	out := make([]table.Value, len(of))
	for i, s := range of {
		out[i].Text = s
	}
	return out
}

func series(b *strings.Builder, i int, s audit.Series) error {
	fmt.Fprintf(b, "\n## Series of %s\n\n", escape(s.Key))
	if s.Begins == "" {
		b.WriteString("No collapse in these files.\n")
	} else {
		fmt.Fprintf(b, "Collapse begins: %s.\n", escape(s.Begins))
	}
	t := table.Table{Columns: []table.Column{
		{Name: "checkpoint", Text: true}, {Name: "file", Text: true}, {Name: "unique"}, {Name: "centred"}, {Name: "displacement"}, {Name: "drift"}, {Name: "verdict", Text: true},
	}}
	for _, p := range s.Points {
		t.Rows = append(t.Rows, texts(p.At, p.File, strconv.Itoa(p.Unique), strconv.Itoa(p.UniqueCentred), number(p.Displacement), number(p.Drift), string(p.Verdict)))
	}
	text, err := t.Markdown()
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n%s\n![Unique prototypes over checkpoints](figures/series-%d.png)\n\n"+
		"Displacement is the mean cosine distance from the first checkpoint (or the start that was named), drift from the one before.\n", text, i+1)
	return nil
}

// number writes a number that may not be known.
func number(x *float64) string {
	if x == nil {
		return "–"
	}
	return strconv.FormatFloat(*x, 'g', 3, 64)
}
