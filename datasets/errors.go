package datasets

import (
	"strconv"

	"protobench/internal/setting"
)

// wrong is what is at fault with a key of the [data] table.
func wrong(key, found, remedy string) error {
	return &setting.KeyError{Key: "data." + key, Found: found, Remedy: remedy}
}

func quote(s string) string { return strconv.Quote(s) }
