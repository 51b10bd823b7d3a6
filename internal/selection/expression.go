package selection

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Expression selects by keys and values. The zero Expression selects everything.
type Expression struct {
	text  string
	terms [][]Term // any of these, each all of its terms
}

// Term asks one key for a pattern.
type Term struct {
	Key, Pattern string
	Not          bool
}

// Parse reads the text that was given to a flag. check is asked about every key and returns why
// there is no such one. Errors name the flag and the text.
func Parse(flag, text string, check func(key string) error) (Expression, error) {
	e := Expression{text: text}
	var all []Term
	words, err := words(flag, text)
	if err != nil {
		return Expression{}, err
	}
	for _, word := range words {
		if word == "OR" {
			if len(all) == 0 {
				return Expression{}, fmt.Errorf("%s %q: nothing stands before OR; write e.g. seed:0 OR seed:1", flag, text)
			}
			e.terms, all = append(e.terms, all), nil
			continue
		}
		t, err := parseTerm(word)
		if err == nil {
			err = check(t.Key)
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

// words parts a text at the spaces that stand in no quotes, and takes the quotes off.
func words(flag, text string) ([]string, error) {
	var words []string
	word, quote, begun := "", rune(0), false
	for _, r := range text {
		switch {
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, begun = r, true
		case quote == 0 && unicode.IsSpace(r):
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		default:
			word, begun = word+string(r), true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("%s %q: a quote %c is not closed; write e.g. method:\"my arm\"", flag, text, quote)
	}
	if begun {
		words = append(words, word)
	}
	return words, nil
}

func parseTerm(word string) (Term, error) {
	rest, not := strings.CutPrefix(word, "-")
	key, value, ok := strings.Cut(rest, ":")
	if !ok || value == "" {
		return Term{}, fmt.Errorf("%q is no key:value; write e.g. method:swav", word)
	}
	return Term{key, value, not}, nil
}

// String is the expression's text.
func (e Expression) String() string { return e.text }

// Match reports whether something is selected that tells whether one of its values of a key is like
// a pattern.
func (e Expression) Match(has func(key, pattern string) bool) bool {
	if len(e.terms) == 0 {
		return true
	}
	return slices.ContainsFunc(e.terms, func(all []Term) bool {
		return !slices.ContainsFunc(all, func(t Term) bool { return has(t.Key, t.Pattern) == t.Not })
	})
}

// Terms are all of the expression's, in its order.
func (e Expression) Terms() []Term { return slices.Concat(e.terms...) }

// Like reports whether a text is a pattern, in which a star stands for any text. Numbers compare as
// numbers, so that 0.2 is 0.20.
func Like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text || equal(pattern, text)
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

// equal reports whether both are the same number.
func equal(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	if err != nil {
		return false
	}
	y, err := strconv.ParseFloat(b, 64)
	return err == nil && x == y
}
