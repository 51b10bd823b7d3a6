package reports

import (
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/reports/pivot"
)

// setting returns a resolved setting as tables show it; false where the arm does not read it.
func (a *arm) setting(key string) (text string, read bool) { return pivot.Setting(a.planned, key) }

// settingOr is a setting, or the other text where the arm does not read it.
func (a *arm) settingOr(key, otherwise string) string {
	if text, read := a.setting(key); read {
		return text
	}
	return otherwise
}

// settingKeys lists every setting that some arm reads, table by table as arms come to read them,
// with what measurements depend on last. Where files lie decides no number and is left out.
func (s *sweep) settingKeys() []string {
	var keys, tables []string
	for _, a := range s.trained() {
		for _, one := range a.planned.Settings {
			if one.Key != "data.path" && !slices.Contains(keys, one.Key) {
				keys = append(keys, one.Key)
				position(&tables, tableOf(one.Key))
			}
		}
	}
	place := func(key string) int {
		if t := tableOf(key); t != "evaluate" {
			return slices.Index(tables, t)
		}
		return len(tables)
	}
	slices.SortStableFunc(keys, func(a, b string) int { return place(a) - place(b) })
	return keys
}

func tableOf(key string) string {
	t, _, _ := strings.Cut(key, ".")
	return t
}

// common returns the one value that all arms which read a setting have; false where they differ.
func (s *sweep) common(key string) (string, bool) {
	var value string
	found := false
	for _, a := range s.trained() {
		v, read := a.setting(key)
		switch {
		case !read:
		case found && v != value:
			return "", false
		default:
			value, found = v, true
		}
	}
	return value, found
}

// differing lists the settings in which arms differ.
func (s *sweep) differing() []string {
	return slices.DeleteFunc(s.settingKeys(), func(key string) bool {
		_, same := s.common(key)
		return same
	})
}

// differences lists the settings that both arms read and in which they differ.
func differences(a, b *arm) []string {
	var out []string
	for _, one := range a.planned.Settings {
		if v, read := b.setting(one.Key); read && v != store.FormatAxis(one.Value) {
			out = append(out, one.Key)
		}
	}
	return out
}
