// Package setting reads settings off the tags of struct types: where they stand in a sweep file,
// what type, default and range they have, who reads them, and what they mean. Whoever has settings
// declares a struct whose fields carry
//
//	key      name inside its table
//	default  value as TOML, texts without quotes
//	range    interval such as "[0,1)", a missing bound is none
//	in       choices, parted by |
//	read     parts of an arm, or "other.key=value", that read it, parted by commas; without it whoever owns the table
//	needs    conditions under which it has an effect, all of them, alternatives parted by |
//	least    value under which float32 does not hold what comes of it, which is warned of
//	hash     "no" where it changes no number, "set" where it was added later and says nothing at its default
//	doc      one line for people
//	also     what other programs call it, parted by commas, for suggestions
//
// and a [Schema] joins such tables. [Values] are one run's settings by key path; [Read] gives a
// table of them back as its struct. The package knows no setting, no part and no file: what a key
// means stands beside what reads it.
package setting
