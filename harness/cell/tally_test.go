package cell

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"protobench/methods"
)

func TestObserversAreNotChargedToTheirArm(t *testing.T) {
	var sum tally
	sum.add(methods.StepResult{Observers: time.Hour, Loss: 2}, time.Second)
	if sum.stepMS[0] != -3599e3 || sum.train != 1 || sum.loss() != 2 {
		t.Errorf("%v ms, %v s, loss %v", sum.stepMS, sum.train, sum.loss())
	}
}

func TestMedian(t *testing.T) {
	if median([]float64{3, 1, 2}) != 2 || median([]float64{4, 1, 2, 3}) != 2.5 || !math.IsNaN(median(nil)) {
		t.Error("median")
	}
}

func TestTalliesSurviveExactly(t *testing.T) {
	want := tally{lossSum: 0.1 + 0.2, lossN: 7, train: 1.0 / 3, eval: 1e-9}
	if got, err := tallyFrom(want.extra()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := tallyFrom(map[string]string{"loss_sum": "x"}); err == nil || !strings.Contains(err.Error(), "expected a number") {
		t.Error(err)
	}
}
