package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// temperatures warns of a file that holds its training's arguments with a teacher's temperature
// that is not below the student's: targets flatter than predictions.
func (f *File) temperatures() string {
	const usual = 0.1 // DINO's, which it has no argument for
	student, known := f.setting("student_temp")
	if !known {
		student = usual
	}
	for _, name := range []string{"teacher_temp", "warmup_teacher_temp"} {
		if teacher, ok := f.setting(name); ok && teacher >= student {
			text := fmt.Sprintf("%s %g is not below the student's temperature %g", name, teacher, student)
			if !known {
				text += " (DINO's own)"
			}
			return text + ": targets are flatter than predictions, which ends in uniform ones (facebookresearch/dino issue 61)"
		}
	}
	return ""
}

// setting is a number among the arguments that a file holds.
func (f *File) setting(name string) (float64, bool) {
	for _, key := range slices.Sorted(maps.Keys(f.Facts)) {
		if key[strings.LastIndexByte(key, '.')+1:] != name {
			continue
		}
		switch v := f.Facts[key].(type) {
		case float64:
			return v, true
		case int64:
			return float64(v), true
		}
	}
	return 0, false
}
