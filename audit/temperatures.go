package audit

import (
	"fmt"

	"protobench/audit/checkpoint"
)

// temperatures warns of a file that holds its training's arguments with a teacher's temperature
// that is not below the student's: targets flatter than predictions.
func temperatures(f *checkpoint.File) string {
	const usual = 0.1 // DINO's, which it has no argument for
	student, known := f.Argument("student_temp")
	if !known {
		student = usual
	}
	for _, name := range []string{"teacher_temp", "warmup_teacher_temp"} {
		if teacher, ok := f.Argument(name); ok && teacher >= student {
			text := fmt.Sprintf("%s %g is not below the student's temperature %g", name, teacher, student)
			if !known {
				text += " (DINO's own)"
			}
			return text + ": targets are flatter than predictions, which ends in uniform ones (facebookresearch/dino issue 61)"
		}
	}
	return ""
}
