package random

// Census counts what was drawn: fields with operators of each form, with pipelines inside, and with the tags that say what becomes of records.
func Census(packages []*Package) map[string]int {
	count := map[string]int{}
	for _, p := range packages {
		for _, pipe := range p.Pipelines {
			for _, f := range flat(pipe) {
				if f.Operator != nil {
					count[f.Operator.Form.Name]++
				}
				if f.Dead != nil {
					count["errors"]++
				}
				if len(f.Discards) > 0 {
					count["discard"]++
				}
			}
			for _, f := range pipe.Fields {
				switch {
				case f.From != nil:
					count["pipelines of other packages"]++
				case f.Nested != nil:
					count["pipelines inside"]++
				}
			}
		}
	}
	return count
}
