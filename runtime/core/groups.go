package core

import (
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime/config"
)

// chooseGroups chooses the number of key groups: that of the configuration or, without, of the checkpoint; at the first start Flink's default.
//
// The group of a key is the high word of its hash times the number of groups, so that with a multiple of the number each group is cut into as
// many that lie beside each other. Any other number would have to tear groups apart that were written in one piece, and a lower one is below the
// parallelism that a later start may need: they are refused.
func (a *attempt) chooseGroups(c config.Config) error {
	most := 1
	for _, v := range a.job.vertices {
		most = max(most, v.parallelism)
	}
	groups := c.MaxParallelism
	if held := a.from.checkpoint; held != nil {
		if groups == 0 {
			groups = held.KeyGroups
		}
		if groups%held.KeyGroups != 0 {
			return &startError{fmt.Errorf("pipeline.max-parallelism is %d, but checkpoint %d was written with %d key groups, which can only be split: set %s, "+
				"or leave it out to keep %d", groups, held.ID, held.KeyGroups, multiples(held.KeyGroups, 1), held.KeyGroups)}
		}
	}
	if groups == 0 {
		groups = defaultKeyGroups(most)
	}
	if most > groups {
		higher := ""
		if numbers := multiples(groups, most); c.MaxParallelism == 0 && numbers != "" {
			higher = fmt.Sprintf(": it can be raised with this start, to %s", numbers)
		}
		return &startError{fmt.Errorf("parallelism %d is above the number of key groups, %d (pipeline.max-parallelism)%s", most, groups, higher)}
	}
	a.env.groups, a.from.groups = groups, groups
	return nil
}

// multiples tells the numbers of key groups, of at least so many, that a job with groups can have; "" if there are none.
func multiples(groups, least int) string {
	first := (least + groups - 1) / groups
	switch last := config.MaxKeyGroups / groups; {
	case first > last:
		return ""
	case first == last:
		return fmt.Sprint(first * groups)
	case first+1 == last:
		return fmt.Sprintf("%d or %d", first*groups, last*groups)
	}
	return fmt.Sprintf("a multiple of it up to %d (%d, %d, %d and so on)", config.MaxKeyGroups, first*groups, (first+1)*groups, (first+2)*groups)
}

// owned reports whether an old subtask owned keys of the groups from first up to but without end.
func (r *restored) owned(s *checkpoint.Subtask, first, end int) bool {
	factor := r.groups / r.checkpoint.KeyGroups
	oldFirst, oldEnd := groupRange(s.Index, s.Parallelism, r.checkpoint.KeyGroups)
	return oldFirst*factor < end && first < oldEnd*factor
}

// isIn reports whether an old key group has keys of the groups from first up to but without end.
func (r *restored) isIn(oldGroup, first, end int) bool {
	factor := r.groups / r.checkpoint.KeyGroups
	return oldGroup*factor < end && first < (oldGroup+1)*factor
}
