package encoders_test

import (
	"testing"

	"protobench/encoders"
	"protobench/encoders/optim"
	"protobench/internal/golden"
)

func TestGoldenEMA(t *testing.T) {
	t.Run("ema_update", func(t *testing.T) {
		f := golden.Load(t, "ema_update")
		steps := int(f.Params["steps"].(float64))
		m := optim.Cosine{Base: f.Params["momentum_base"].(float64), Final: f.Params["momentum_final"].(float64), Total: steps}
		for _, key := range []string{"weight", "bias"} {
			x := golden.Float32s(golden.At(t, f.Inputs, "teacher", key))
			var got []float32
			for s := range steps {
				encoders.EMA(nil, x, golden.Float32s(golden.At(t, f.Inputs, "student", key).([]any)[s]), m.At(s))
				got = append(got, x...)
			}
			golden.Check(t, f, key, got, f.Expected[key])
		}
	})
}
