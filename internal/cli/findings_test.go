package cli

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"protobench/reports/relation"
)

// estimate is a mean with its interval, as tables and documents give it.
type estimate [3]float64

// opposite is the same of the difference the other way round.
func (e estimate) opposite() estimate { return estimate{-e[0], -e[2], -e[1]} }

var estimateText = regexp.MustCompile(`([+−]?\d+(?:\.\d+)?) \[([+−]?\d+(?:\.\d+)?), ([+−]?\d+(?:\.\d+)?)\]`)

var relateText = regexp.MustCompile("`protobench relate ([a-z][^`]*)`")

// TestFindingsStandInTheirRuns looks every interval of docs/findings.md up in the tables of the runs
// that its line names, and in what the commands of relate answer that it names.
func TestFindingsStandInTheirRuns(t *testing.T) {
	intervalsStand(t, "docs/findings.md", 100)
}

// TestReadmeStandsInItsRuns does so for the README, much of which is about the default ablation.
func TestReadmeStandsInItsRuns(t *testing.T) {
	intervalsStand(t, "README.md", 80, "joint-vs-decoupled")
}

// intervalsStand finds at least so many intervals in a document, each in a table of a run that its
// line names or of those that all lines are about.
func intervalsStand(t *testing.T, document string, least int, about ...string) {
	t.Helper()
	tables := map[string][]estimate{}
	found := 0
	for _, line := range paragraphs(t, document) {
		var known []estimate
		for _, m := range relateText.FindAllStringSubmatch(line, -1) {
			known = append(known, related(t, strings.Fields(m[1]))...)
		}
		runs := append(runsNamed(line), about...)
		for _, name := range runs {
			if tables[name] == nil {
				tables[name] = estimatesOf(t, name)
			}
			known = append(known, tables[name]...)
		}
		for _, m := range estimateText.FindAllStringSubmatch(line, -1) {
			found++
			if !stands(m[1:], known) {
				t.Errorf("%s: %s is in no table of %v: %.80s…", document, m[0], runs, line)
			}
		}
	}
	if found < least {
		t.Errorf("found %d intervals in %s", found, document)
	}
}

// related are the correlations that relate answers, at each level.
func related(t *testing.T, arguments []string) []estimate {
	var only relation.Only
	if at := slices.Index(arguments, "--learner"); at > 0 {
		only.Learners = strings.Split(arguments[at+1], ",")
		arguments = slices.Delete(arguments, at, at+2)
	}
	var folders []string
	for _, folder := range arguments[2:] {
		folders = append(folders, filepath.Join(root, filepath.FromSlash(folder)))
	}
	points, _, err := relation.Read(folders, arguments[0], arguments[1], only)
	if err != nil {
		t.Fatal(err)
	}
	var out []estimate
	for _, l := range relation.Levels(points) {
		out = append(out, estimate{l.R, l.Low, l.High})
	}
	return out
}

// paragraphs are those of a document, its items and its table rows, each on one line.
func paragraphs(t *testing.T, document string) []string {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(document)))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	fresh := true
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		starts := strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "|")
		if fresh || starts {
			out = append(out, line)
		} else {
			out[len(out)-1] += " " + line
		}
		fresh = line == ""
	}
	return out
}

// runsNamed are the committed runs that a line links to.
func runsNamed(line string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?:\[|results/reference/)([a-z-]+)[]/]`).FindAllStringSubmatch(line, -1) {
		if _, err := os.Stat(filepath.Join(root, "results", "reference", m[1])); err == nil {
			out = append(out, m[1])
		}
	}
	return out
}

// estimatesOf reads every column of a run's tables that has an interval beside it.
func estimatesOf(t *testing.T, run string) []estimate {
	files, err := filepath.Glob(filepath.Join(root, "results", "reference", run, "report", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tables (%v)", run, err)
	}
	var out []estimate
	for _, file := range files {
		out = append(out, tableEstimates(t, file)...)
	}
	return out
}

func tableEstimates(t *testing.T, file string) []estimate {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var out []estimate
	for name, at := range column {
		plain, unit, _ := strings.Cut(name, " ")
		low, has := column[strings.TrimSpace(plain+".low "+unit)]
		for _, row := range rows[1:] {
			if has && row[at] != "" && row[low] != "" {
				out = append(out, estimate{parsed(t, row[at]), parsed(t, row[low]), parsed(t, row[column[strings.TrimSpace(plain+".high "+unit)]])})
			}
		}
	}
	return out
}

func parsed(t *testing.T, text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Error(err)
	}
	return v
}

// stands reports whether an interval as written rounds one of a table's, or that of the difference
// the other way round.
func stands(written []string, known []estimate) bool {
	for _, k := range known {
		if rounds(written, k) || rounds(written, k.opposite()) {
			return true
		}
	}
	return false
}

// rounds compares texts, so that a number has to be rounded to the digits that it is written with.
func rounds(written []string, k estimate) bool {
	for i, w := range written {
		w = strings.NewReplacer("−", "-", "+", "").Replace(w)
		_, digits, _ := strings.Cut(w, ".")
		if unsignedZero(strconv.FormatFloat(k[i], 'f', len(digits), 64)) != unsignedZero(w) {
			return false
		}
	}
	return true
}

// unsignedZero writes -0.0 as 0.0.
func unsignedZero(number string) string {
	if strings.Trim(number, "-0.") == "" {
		return strings.TrimPrefix(number, "-")
	}
	return number
}
