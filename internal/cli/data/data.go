package data

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"protobench/datasets"
	"protobench/datasets/encoded"
	"protobench/datasets/fetch"
	"protobench/internal/console"
	"protobench/internal/setting"
	"protobench/internal/wording"
)

// Command is the verb data.
type Command struct {
	List   listCommand   `cmd:"" help:"List the sets that can be fetched: address, size, checksum, licence, and where the files belong."`
	Fetch  fetchCommand  `cmd:"" help:"Fetch a set's official files, going on with what came before."`
	Verify verifyCommand `cmd:"" help:"Read every image once: counts, duplicates, broken and constant images."`
	View   viewCommand   `cmd:"" help:"Write a contact sheet of a set's classes (PNG)."`
}

type listCommand struct {
	JSON bool `name:"json" help:"One JSON object per line."`
}

// fetchable is a set with its files.
type fetchable struct {
	datasets.Info
	Folder    string           `json:"folder"` // where the files belong
	Downloads []fetch.Download `json:"downloads"`
}

func fetchables() ([]fetchable, error) {
	var out []fetchable
	for _, info := range datasets.List() {
		files, err := datasets.Downloads(info.Name)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			continue
		}
		dir, err := datasets.Home(info.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, fetchable{info, dir, files})
	}
	return out, nil
}

// Run lists the sets.
func (c listCommand) Run(w *console.Console) error {
	sets, err := fetchables()
	if err != nil {
		return err
	}
	lines := json.NewEncoder(w.Out)
	for _, s := range sets {
		if c.JSON {
			err = lines.Encode(s)
		} else {
			err = s.show(w.Out)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s fetchable) show(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "%s: %s; %s; licence: %s\n", s.Name, s.Doc, s.Size, s.Licence) // a tabwriter fails at Flush
	_, _ = fmt.Fprintf(t, "  by hand: put the files into %s\n", s.Folder)
	for _, d := range s.Downloads {
		_, _ = fmt.Fprintf(t, "  %s\tMD5 %s\n", d.URL, d.MD5)
	}
	return t.Flush()
}

type fetchCommand struct {
	Name string `arg:"" help:"Set to fetch (protobench data list)."`
}

// Run fetches all files of the set.
func (c fetchCommand) Run(ctx context.Context, w *console.Console) error {
	files, err := datasets.Downloads(c.Name)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("data set %s has no files to fetch; see `protobench data list`", c.Name)
	}
	dir, err := datasets.Home(c.Name)
	if err != nil {
		return err
	}
	for _, d := range files {
		if err := (fetch.Fetcher{}).Fetch(ctx, d, dir); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w.Out, "%s/%s: there, checksum right\n", dir, d.File); err != nil {
			return err
		}
	}
	return nil
}

// setArgument is a set by its name or by the path of its files.
type setArgument struct {
	Set  string `arg:"" name:"name|path" help:"Name of a set, or the folder or file of one."`
	Size int    `placeholder:"N" help:"Side to decode images to (as data.size)."`
}

// options are those of the set: what is a path or no name is recognised by what lies there.
func (a setArgument) options() datasets.Options {
	o := setting.Defaults[datasets.Options]("data")
	o.Name, o.Size = a.Set, a.Size
	for _, info := range datasets.List() {
		if info.Name == a.Set {
			return o
		}
	}
	if strings.ContainsAny(a.Set, `/\`) || exists(a.Set) {
		o.Name, o.Path = "auto", a.Set
	}
	return o
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

type verifyCommand struct {
	setArgument
	JSON bool `name:"json" help:"One JSON object."`
}

// Run reads the set and says what is in it. Broken images are all named.
func (c verifyCommand) Run(w *console.Console) error {
	set, err := datasets.Open(c.options())
	var broken *encoded.BrokenError
	if errors.As(err, &broken) {
		return c.broken(w, broken)
	}
	if err != nil {
		return err
	}
	v := datasets.Verify(set)
	if c.JSON {
		return json.NewEncoder(w.Out).Encode(v)
	}
	return showVerdict(w.Out, v)
}

func (c verifyCommand) broken(w *console.Console, e *encoded.BrokenError) error {
	for i, file := range e.Files {
		var err error
		if c.JSON {
			err = json.NewEncoder(w.Out).Encode(map[string]string{"broken": file, "why": e.Whys[i]})
		} else {
			_, err = fmt.Fprintf(w.Out, "%s: %s\n", file, e.Whys[i])
		}
		if err != nil {
			return err
		}
	}
	return console.Exit(console.Failed, wording.Count(len(e.Files), "broken image")+"; fetch them again, or take them out")
}

func showVerdict(w io.Writer, v datasets.Verdict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { _, _ = fmt.Fprintf(t, name+"\t"+format+"\n", args...) } // a tabwriter fails at Flush
	line("set", "%s %s", v.Name, v.Found)
	line("images", "%d×%d, %s, %s", v.Height, v.Width, wording.Count(v.Channels, "channel"), wording.Count(v.Classes, "class")+fine(v.FineClasses))
	line("mean, deviation", "%.4v, %.4v", v.Mean, v.Std)
	for _, s := range []struct {
		name string
		datasets.SplitVerdict
	}{{"train", v.Train}, {"test", v.Test}} {
		line(s.name, "%d images, %d unlabelled; classes of %s", s.Images, s.Unlabelled, spread(s.Counts))
		line("", "%d exact duplicates (%d with another label), %d near ones", s.Duplicates.Exact, s.Duplicates.Labels, s.Duplicates.Near)
		line("", "%d constant images, %d classes with fewer than two images", len(s.Constant), len(s.Few))
	}
	line("test in train", "%d exact duplicates (%d with another label), %d near ones", v.Shared.Exact, v.Shared.Labels, v.Shared.Near)
	for _, text := range v.Warnings {
		line("warning", "%s", text)
	}
	line("fingerprint", "%s", v.Fingerprint)
	return t.Flush()
}

func fine(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d finer", n)
}

// spread is the range of class sizes.
func spread(counts []int) string {
	low, high := counts[0], counts[0]
	for _, n := range counts {
		low, high = min(low, n), max(high, n)
	}
	if low == high {
		return fmt.Sprintf("%d images each", low)
	}
	return fmt.Sprintf("%d to %d images", low, high)
}
