package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Picture files are foreign: a run directory may come from anywhere. What is not listed here does
// not reach the page, so that nothing in a picture can run, load or point anywhere.

func knownElement(name string) bool {
	switch name {
	case "svg", "g", "path", "rect", "circle", "line", "polyline", "polygon", "text", "tspan", "title", "desc", "image":
		return true
	}
	return false
}

func knownAttribute(name string) bool {
	switch name {
	case "viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "points", "width", "height",
		"style", "text-anchor", "font-size", "preserveAspectRatio":
		return true
	}
	return knownPaint(name)
}

// knownPaint is what both attributes and declarations of a style may set.
func knownPaint(name string) bool {
	switch name {
	case "fill", "stroke", "stroke-width", "opacity", "fill-opacity", "stroke-opacity", "stroke-dasharray":
		return true
	}
	return false
}

func knownStyle(name string) bool {
	switch name {
	case "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "font-weight", "font-style", "font-size", "text-anchor":
		return true
	}
	return knownPaint(name)
}

var (
	plainValue = regexp.MustCompile(`^[-#a-zA-Z0-9.,% ]*$`) // no url(…), no escapes
	inside     = regexp.MustCompile(`^data:image/(?:png|jpe?g);base64,[A-Za-z0-9+/=\s]+$`)
)

// picture rebuilds an SVG file for the page from the elements and attributes that are known, drawn in
// the page's own ink on its own paper. label says what is in it.
func picture(file []byte, label string) (template.HTML, error) {
	d := xml.NewDecoder(bytes.NewReader(file))
	p := &painter{label: label}
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && p.drawn && len(p.open) == 0:
			return template.HTML(p.b.String()), nil // made of known elements and escaped text
		case errors.Is(err, io.EOF):
			return "", errors.New("not an SVG picture")
		case err != nil:
			return "", fmt.Errorf("not an SVG picture (%w)", err)
		}
		if err := p.take(d, token); err != nil {
			return "", err
		}
	}
}

// painter collects the picture.
type painter struct {
	b     strings.Builder
	label string
	open  []string
	drawn bool
}

func (p *painter) take(d *xml.Decoder, token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		if !knownElement(t.Name.Local) || len(p.open) == 0 && (t.Name.Local != "svg" || p.drawn) {
			return d.Skip()
		}
		p.start(t)
	case xml.EndElement:
		p.b.WriteString("</" + p.open[len(p.open)-1] + ">")
		p.open = p.open[:len(p.open)-1]
	case xml.CharData:
		if n := len(p.open); n > 0 && slices.Contains([]string{"text", "tspan", "title", "desc"}, p.open[n-1]) {
			p.b.WriteString(template.HTMLEscapeString(string(t)))
		}
	}
	return nil
}

func (p *painter) start(t xml.StartElement) {
	p.b.WriteString("<" + t.Name.Local)
	for _, a := range t.Attr {
		name := a.Name.Local
		switch {
		case len(p.open) == 0 && name != "viewBox":
			continue // the page decides on the picture's size
		case name == "href" && t.Name.Local == "image" && inside.MatchString(a.Value):
		case !knownAttribute(name):
			continue
		case name == "style":
			if a.Value = style(a.Value); a.Value == "" {
				continue
			}
		case name == "fill" || name == "stroke":
			a.Value = ink(a.Value)
		}
		p.b.WriteString(" " + name + `="` + template.HTMLEscapeString(a.Value) + `"`)
	}
	if len(p.open) == 0 {
		p.b.WriteString(` role="img" aria-label="` + template.HTMLEscapeString(p.label) + `"`)
		p.drawn = true
	}
	p.b.WriteString(">")
	p.open = append(p.open, t.Name.Local)
}

// style keeps the known declarations of a style attribute that have plain values.
func style(s string) string {
	var kept []string
	for _, one := range strings.Split(s, ";") {
		name, value, found := strings.Cut(one, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || !knownStyle(name) || !plainValue.MatchString(value) || value == "normal" {
			continue
		}
		if name == "fill" || name == "stroke" {
			value = ink(value)
		}
		kept = append(kept, name+":"+value)
	}
	return strings.Join(kept, ";")
}

// ink turns black, greys and white, which are the ink, the lines and the paper of print, into those of
// the page, so that a picture follows it into the dark.
func ink(color string) string {
	if !plainValue.MatchString(color) {
		return "none"
	}
	switch grey, ok := greyOf(color); {
	case !ok:
		return color
	case grey == 0xff:
		return "var(--paper)"
	case grey >= 0xc0:
		return "var(--line)"
	case grey < 0x60:
		return "currentColor"
	}
	return color
}

// greyOf is the level of a grey, 0 for black to 255; false for what is no grey.
func greyOf(color string) (level int, ok bool) {
	switch strings.ToLower(color) {
	case "black", "#000":
		return 0, true
	case "white", "#fff":
		return 0xff, true
	}
	var r, g, b int
	if n, err := fmt.Sscanf(color, "#%02x%02x%02x", &r, &g, &b); n != 3 || err != nil || len(color) != 7 {
		return 0, false
	}
	return g, max(r, g, b)-min(r, g, b) < 8
}
