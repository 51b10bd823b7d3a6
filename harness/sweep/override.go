package sweep

import (
	"fmt"
	"maps"
	"strings"

	"github.com/BurntSushi/toml"
)

// Override returns the text of a sweep with keys set anew, each as "key = value" in TOML, e.g.
// "train.epochs = 2" or "seeds = 1"; later ones win. They take the place of what the file says at
// its top and in its tables; methods and the matrix go before them as before any table. The text
// is made from the file's values, so that comments are lost, and begins with a comment that says
// what was set. Errors name the assignment.
func Override(file, text string, sets []string) (string, error) {
	if len(sets) == 0 {
		return text, nil
	}
	raw := map[string]any{}
	if _, err := toml.Decode(text, &raw); err != nil {
		return "", syntaxError(file, err)
	}
	for _, set := range sets {
		over := map[string]any{}
		if _, err := toml.Decode(set, &over); err != nil || len(over) == 0 {
			return "", fmt.Errorf("--set %s: not an assignment in TOML; write e.g. --set train.epochs=2, with quotes around a text: --set 'data.name=\"shapes\"'", set)
		}
		lay(raw, over)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s with %s\n", file, strings.Join(sets, ", "))
	if err := toml.NewEncoder(&b).Encode(raw); err != nil {
		return "", fmt.Errorf("sweep file %s: %w", file, err)
	}
	return b.String(), nil
}

// lay puts the values of over in the place of those of base, table by table.
func lay(base, over map[string]any) {
	for name, v := range over {
		table, isTable := v.(map[string]any)
		below, has := base[name].(map[string]any)
		if !isTable || !has {
			base[name] = v
			continue
		}
		below = maps.Clone(below)
		lay(below, table)
		base[name] = below
	}
}
