package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"protobench/reports/table"
)

//go:embed assets
var assets embed.FS

// MostPicture is the size in bytes above which the page takes a picture as PNG rather than SVG.
const MostPicture = 700 << 10

// kit is what every page is made with: its template, styles and script, and the script's digest.
type kit struct {
	pages  *template.Template
	styles template.CSS
	script template.JS
	digest string
}

var theKit = sync.OnceValue(func() kit {
	k := kit{styles: template.CSS(joined(".css")), script: template.JS(joined(".js"))} // both our own
	sum := sha256.Sum256([]byte(k.script))
	k.digest = base64.StdEncoding.EncodeToString(sum[:])
	k.pages = template.Must(template.New("").Funcs(template.FuncMap{
		"inline": inline, "grid": func(t *table.Table) template.HTML { return template.HTML(t.HTML()) }, // which escapes all text
		"interval": Interval.drawing, "slug": func(s string) string { return strings.ReplaceAll(s, " ", "-") },
	}).ParseFS(assets, "assets/*.html"))
	return k
})

// joined are all embedded files of an ending, in the order of their names; the script is a function
// of its own, so that nothing of it is global.
func joined(ending string) string {
	entries, err := assets.ReadDir("assets")
	if err != nil {
		panic("page: " + err.Error()) // they are embedded
	}
	var b strings.Builder
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ending) {
			continue
		}
		text, err := assets.ReadFile("assets/" + e.Name())
		if err != nil {
			panic("page: " + err.Error())
		}
		b.Write(text)
	}
	if ending == ".js" {
		return "(function () {\n\"use strict\";\n" + b.String() + "}());\n"
	}
	return b.String()
}

// frame is what templates see of every page beside its contents.
type frame struct {
	Styles template.CSS
	Script template.JS
	Data   template.JS
	Policy string
}

// view is a report as its template sees it.
type view struct {
	frame
	Report
	Pictures []shown
}

// shown is a figure as it stands in the page.
type shown struct {
	Figure
	Drawing template.HTML
	Image   template.URL // "data:image/png;…" where the drawing would be too large
}

// Write writes the page. Equal reports give equal bytes.
func (r Report) Write(w io.Writer) error {
	p := r.Progress
	live := map[string]any{"running": p.Running}
	if p.Running {
		live["written"], live["beat"], live["every"] = p.Written.UnixMilli(), p.Beat.UnixMilli(), p.Every.Milliseconds()
	}
	f, err := framed(content{Cells: r.Cells, Name: r.Name, Base: r.Base, Path: r.Path, Live: live})
	if err != nil {
		return err
	}
	v := view{frame: f, Report: r}
	for _, f := range r.Figures {
		v.Pictures = append(v.Pictures, f.shown())
	}
	return theKit().pages.ExecuteTemplate(w, "page.html", v)
}

// content is what the script reads.
type content struct {
	*Cells
	Name     string         `json:"name"`
	Base     string         `json:"base"` // "" for a file
	Path     string         `json:"path"`
	Live     map[string]any `json:"live"`
	Compared bool           `json:"compared,omitempty"` // a page of cells side by side
}

// framed readies a page. Its policy forbids whatever it does not need: every request (but for a
// server's events), every script but its own, every frame and form.
func framed(c content) (frame, error) {
	if c.Cells == nil {
		c.Cells = NewCells()
	}
	connect := "'none'"
	if c.Base != "" {
		connect = "'self'"
	}
	k := theKit()
	b, err := json.Marshal(c) // which escapes what could end the element that it stands in
	return frame{
		Styles: k.styles, Script: k.script, Data: template.JS(b),
		Policy: fmt.Sprintf("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-%s'; connect-src %s; base-uri 'none'; form-action 'none'", k.digest, connect),
	}, err
}

// shown puts the picture into the page's terms: a drawing, the image in its place where the drawing
// is large, or why there is neither.
func (f Figure) shown() shown {
	s := shown{Figure: f}
	if s.Alt == "" {
		s.Alt = f.Title
	}
	if len(f.SVG) > 0 {
		drawing, err := picture(f.SVG, s.Alt)
		if err == nil && (len(drawing) <= MostPicture || len(f.PNG) == 0) {
			s.Drawing = drawing
			return s
		}
		if err != nil && len(f.PNG) == 0 {
			s.State = strings.TrimSpace(s.State + " Not shown: " + table.EscapeMarkdown(err.Error()) + ".")
		}
	}
	if len(f.PNG) > 0 {
		s.Image = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.PNG)) // no more than an image
	}
	return s
}

// Counted says how many findings have each verdict, in the order of the first with it.
func (r Report) Counted() []Count {
	var out []Count
	for _, f := range r.Findings {
		i := slices.IndexFunc(out, func(c Count) bool { return c.Verdict == f.Verdict })
		if i < 0 {
			i = len(out)
			out = append(out, Count{Verdict: f.Verdict})
		}
		out[i].N++
	}
	return out
}

// Count is how many findings have a verdict.
type Count struct {
	Verdict string
	N       int
}

// Left is how many cells have no result yet.
func (p Progress) Left() int { return p.Planned - p.Done - p.Failed }
