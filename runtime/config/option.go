package config

// Option describes a key that can be set.
type Option struct {
	// Key is the full name, as in Flink.
	Key string
	// Kind says how values are written: "duration", "size", or the words of an enum.
	Kind string
	// Default is the value that Default gives, as it would be set; "" if there is none.
	Default string
	// Help is one line on what the option is for.
	Help string
	// Field is where a Config holds it, as Go writes it; "" if no Config does.
	Field string
	// Supported is false for options that later versions will have. To set one is an error, unless to what Always says.
	Supported bool
	// Always is what this version does without the option, as a value of it; "" if none says that.
	Always string

	set    func(c *Config, value string) error
	get    func(c Config) string
	normal func(value string) (string, error) // of an option that is not supported: a value as Always is written
}

// supported describes an option that is kept in a field of Config.
func supported[T any](key, name string, t valueType[T], field func(*Config) *T, help string) Option {
	get := func(c Config) string { return t.format(*field(&c)) }
	return Option{
		Key: key, Kind: t.kind, Default: get(Default()), Help: help, Field: name, Supported: true,
		set: func(c *Config, value string) error {
			parsed, err := t.parse(value)
			if err == nil {
				*field(c) = parsed
			}
			return err
		},
		get: get,
	}
}

// later describes an option that is not supported yet.
func later[T any](key string, t valueType[T], defaultValue, always, help string) Option {
	return Option{
		Key: key, Kind: t.kind, Default: defaultValue, Help: help, Always: always,
		normal: func(value string) (string, error) {
			parsed, err := t.parse(value)
			if err != nil {
				return "", err
			}
			return t.format(parsed), nil
		},
	}
}
