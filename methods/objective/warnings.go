package objective

import (
	"fmt"

	"protobench/encoders/optim"
	"protobench/internal/setting"
	"protobench/methods/part"
)

// WarmerThanStudent warns of a teacher's temperature that is not below the student's, and of what
// comes of it.
func WarmerThanStudent(c part.Config, key, effect string) []setting.Warning {
	teacher, student := c.Settings.Float(key), c.Settings.Float("loss.temperature")
	if teacher < student {
		return nil
	}
	return []setting.Warning{{Key: key, Text: fmt.Sprintf("%s = %g is not below the student's %g: %s; lower it, e.g. to %.2g", key, teacher, student, effect, 0.4*student)}}
}

// LongQueue warns of a queue, or a memory, that has several embeddings of one image.
func LongQueue(c part.Config, key string) []setting.Warning {
	queue := c.Settings.Int(key)
	if c.Images == 0 || queue <= c.Images {
		return nil
	}
	return []setting.Warning{{Key: key, Text: fmt.Sprintf("%s = %d is more than the %d training images, so that it holds embeddings of one image from several epochs; lower it", key, queue, c.Images)}}
}

// ThinCodes warns of codes that are balanced over more prototypes than there are embeddings: each
// prototype is to get less than one of them.
func ThinCodes(c part.Config, embeddings int) []setting.Warning {
	const key = "prototypes.count"
	k := c.Settings.Int(key)
	if embeddings >= k {
		return nil
	}
	return []setting.Warning{{Key: key, Text: fmt.Sprintf("%s = %d: Sinkhorn-Knopp balances codes over more prototypes than the %d embeddings that it sees at a time, so that each is to get less than one; raise train.batch or a queue, or lower %s", key, k, embeddings, key)}}
}

// RampOnset is the end of a temperature's warm-up that begins at an epoch, and of whose epochs the
// last one has the end already.
func RampOnset(c part.Config, key, what string, r optim.Ramp, from int) []part.Onset {
	if r.Warmup == 0 || r.Start == r.End {
		return nil
	}
	return []part.Onset{{
		Key: key, Epoch: float64(from + max(r.Warmup-1, 1)),
		Missed: fmt.Sprintf("the %s ends at %.3g, short of %g", what, r.At(max(0, c.Train.Epochs-1-from)), r.End),
	}}
}
