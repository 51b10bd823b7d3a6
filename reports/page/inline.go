package page

import (
	"html/template"
	"strings"
)

// inline turns a line of the report's Markdown into HTML: strong and emphasised words, code, and
// characters behind a backslash. Everything else is text; links keep their words alone.
func inline(markdown string) template.HTML {
	var b strings.Builder
	s := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(markdown)
	open := ""
	for len(s) > 0 {
		switch {
		case s[0] == '\\' && len(s) > 1 && strings.IndexByte("\\`*_{}[]()#+-.!|<>&", s[1]) >= 0:
			b.WriteString(template.HTMLEscapeString(s[1:2]))
			s = s[2:]
		case s[0] == '`' && strings.IndexByte(s[1:], '`') > 0:
			end := 1 + strings.IndexByte(s[1:], '`')
			b.WriteString("<code>" + template.HTMLEscapeString(s[1:end]) + "</code>")
			s = s[end+1:]
		case strings.HasPrefix(s, "**"):
			open, s = toggle(&b, open, "strong"), s[2:]
		case s[0] == '*':
			open, s = toggle(&b, open, "em"), s[1:]
		case s[0] == '[' && linkEnd(s) > 0:
			s = s[1:strings.IndexByte(s, ']')] + s[linkEnd(s):]
		default:
			n := 1 + strings.IndexAny(s[1:]+"*", "\\`*[")
			b.WriteString(template.HTMLEscapeString(s[:n]))
			s = s[n:]
		}
	}
	if open != "" {
		b.WriteString("</" + open + ">")
	}
	return template.HTML(b.String()) // made of escaped text and three elements
}

// toggle opens or closes an element and returns the one that is open then. A second kind inside the
// first is passed over.
func toggle(b *strings.Builder, open, element string) string {
	switch open {
	case "":
		b.WriteString("<" + element + ">")
		return element
	case element:
		b.WriteString("</" + element + ">")
		return ""
	}
	return open
}

// linkEnd is the length of a link "[words](target)" at the front; 0 where there is none.
func linkEnd(s string) int {
	words := strings.Index(s, "](")
	if words < 0 || strings.ContainsAny(s[1:words], "[]\n") {
		return 0
	}
	end := strings.IndexByte(s[words:], ')')
	if end < 0 {
		return 0
	}
	return words + end + 1
}
