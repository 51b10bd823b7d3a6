package selection

import (
	"fmt"
	"slices"
	"strings"
)

// Expression selects by keys and values. The zero Expression selects everything.
type Expression struct {
	text  string
	terms [][]term // any of these, each all of its terms
}

type term struct {
	key, pattern string
	not          bool
}

// Parse reads the text that was given to a flag. check is asked about every key and returns why
// there is no such one. Errors name the flag and the text.
func Parse(flag, text string, check func(key string) error) (Expression, error) {
	e := Expression{text: text}
	var all []term
	for _, word := range strings.Fields(text) {
		if word == "OR" {
			if len(all) == 0 {
				return Expression{}, fmt.Errorf("%s %q: nothing stands before OR; write e.g. seed:0 OR seed:1", flag, text)
			}
			e.terms, all = append(e.terms, all), nil
			continue
		}
		t, err := parseTerm(word)
		if err == nil {
			err = check(t.key)
		}
		if err != nil {
			return Expression{}, fmt.Errorf("%s %q: %w", flag, text, err)
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return Expression{}, fmt.Errorf("%s %q: expected terms such as method:swav or seed:0", flag, text)
	}
	e.terms = append(e.terms, all)
	return e, nil
}

func parseTerm(word string) (term, error) {
	rest, not := strings.CutPrefix(word, "-")
	key, value, ok := strings.Cut(rest, ":")
	if !ok || value == "" {
		return term{}, fmt.Errorf("%q is no key:value; write e.g. method:swav", word)
	}
	return term{key, value, not}, nil
}

// String is the expression's text.
func (e Expression) String() string { return e.text }

// Match reports whether something is selected that tells whether one of its values of a key is like
// a pattern.
func (e Expression) Match(has func(key, pattern string) bool) bool {
	if len(e.terms) == 0 {
		return true
	}
	return slices.ContainsFunc(e.terms, func(all []term) bool {
		return !slices.ContainsFunc(all, func(t term) bool { return has(t.key, t.pattern) == t.not })
	})
}

// Like reports whether a text is a pattern, in which a star stands for any text.
func Like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
