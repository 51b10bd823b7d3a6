package harness

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/setting"
)

// mismatch says why a value does not fit a key: what was found, what was expected and what to write instead.
type mismatch struct{ what, expected, remedy string }

// set stores a TOML value under the key, if its type, choice and range fit.
func (k Key) set(r *Resolved, value any) *mismatch {
	field := reflect.ValueOf(r).Elem().FieldByIndex(k.index)
	v, ok := convert(value, field.Kind())
	if !ok {
		return &mismatch{fmt.Sprintf("found %s", describe(value)), "expected " + k.expects(), "write e.g. " + k.example()}
	}
	if m := k.check(v); m != nil {
		return m
	}
	field.Set(reflect.ValueOf(v))
	return nil
}

// convert turns a TOML value into the field's type; whole numbers serve as floats, nothing else is bent.
func convert(value any, kind reflect.Kind) (any, bool) {
	if v, ok := value.(int); ok { // of a preset
		value = int64(v)
	}
	switch v := value.(type) {
	case int64:
		if kind == reflect.Float64 {
			return float64(v), true
		}
		return int(v), kind == reflect.Int
	case float64:
		return v, kind == reflect.Float64
	case string:
		return v, kind == reflect.String
	case bool:
		return v, kind == reflect.Bool
	}
	return nil, false
}

func (k Key) check(v any) *mismatch {
	if s := fmt.Sprint(v); len(k.Choices) > 0 && !slices.Contains(k.Choices, s) {
		return &mismatch{"found " + literal(v), "expected one of " + strings.Join(k.Choices, ", "), setting.Suggest(s, k.Choices, "choose one of them")}
	}
	if f, ok := number(v); ok && !inRange(f, k.Range) {
		expected := "expected a finite number"
		if k.Range != "" {
			expected = "expected a value in " + k.Range
		}
		return &mismatch{fmt.Sprintf("found %v", v), expected, fmt.Sprintf("the default is %s", k.Default)}
	}
	return nil
}

func (k Key) expects() string {
	article := "a "
	if k.Type == "integer" {
		article = "an "
	}
	return article + k.Type + k.bounds()
}

func (k Key) bounds() string {
	switch {
	case len(k.Choices) > 0:
		return " (one of " + strings.Join(k.Choices, ", ") + ")"
	case k.Range != "":
		return " in " + k.Range
	}
	return ""
}

func (k Key) example() string {
	last := k.Path[strings.LastIndex(k.Path, ".")+1:]
	if k.Type == "text" {
		return fmt.Sprintf("%s = %q", last, k.Default)
	}
	return fmt.Sprintf("%s = %s", last, k.Default)
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// inRange tests interval notation such as "[0,1)"; a missing bound is none. NaN and infinities are in no range.
func inRange(v float64, interval string) bool {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return false
	}
	if interval == "" {
		return true
	}
	lo, hi, _ := strings.Cut(interval[1:len(interval)-1], ",")
	low, high := bound(lo, math.Inf(-1)), bound(hi, math.Inf(1))
	above := v > low || v == low && interval[0] == '['
	below := v < high || v == high && interval[len(interval)-1] == ']'
	return above && below
}

func bound(s string, none float64) float64 {
	if s == "" {
		return none
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("harness: bad range bound " + s)
	}
	return v
}

// describe names a TOML value and its type for messages.
func describe(v any) string {
	switch x := v.(type) {
	case string:
		return fmt.Sprintf("the text %q", x)
	case int64:
		return fmt.Sprintf("the integer %d", x)
	case float64:
		return fmt.Sprintf("the number %v", x)
	case bool:
		return fmt.Sprintf("%v", x)
	case map[string]any, []map[string]any:
		return "a table"
	case []any:
		return "a list"
	}
	return fmt.Sprintf("%v", v)
}

// put stores a value that has been checked.
func (k Key) put(r *Resolved, v any) {
	reflect.ValueOf(r).Elem().FieldByIndex(k.index).Set(reflect.ValueOf(v))
}
