package config

// laterOptions are those of Flink that this version does not have. Where what it does is a value of the option, the option may be
// set to that value: a configuration that says what happens anyway is a true one.
func laterOptions() []Option {
	const backend = "state.backend.type"
	return []Option{
		later(backend, enum[wordNumber](backend, []string{"heap", "pebble"}), "heap", "heap",
			"Where keyed state lives while the job runs. `hashmap` means heap"),
	}
}

// wordNumber is the value of an enum that has no type yet.
type wordNumber uint8
