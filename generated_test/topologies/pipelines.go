package topologies

import "github.com/streamgen/streamgen/runtime"

// Chain is two tasks: a chain of calls, and by key another one.
//
//streamgen:pipeline
type Chain struct {
	Items runtime.Source[Item]
	Trip  Trip               `from:"Items" edge:"forward"`
	Count Count              `from:"Trip"`
	Lines runtime.Sink[Line] `from:"Count"`
}

// Rebalanced goes round all subtasks before it counts.
//
//streamgen:pipeline
type Rebalanced struct {
	Items runtime.Source[Item]
	Trip  Trip               `from:"Items" edge:"rebalance"`
	Count Count              `from:"Trip"`
	Lines runtime.Sink[Line] `from:"Count"`
}

// Rescaled goes round those of two subtasks that are each sender's share.
//
//streamgen:pipeline
type Rescaled struct {
	Items runtime.Source[Item]
	Stamp Stamp              `from:"Items" edge:"rescale" parallelism:"2"`
	Write Write              `from:"Stamp" edge:"rescale"`
	Lines runtime.Sink[Line] `from:"Write" edge:"forward"`
}

// Copied goes to all of two subtasks.
//
//streamgen:pipeline
type Copied struct {
	Items runtime.Source[Item]
	Copy  Copy               `from:"Items" edge:"broadcast" parallelism:"2"`
	Lines runtime.Sink[Line] `from:"Copy" edge:"forward" parallelism:"2"`
}

// FanOut goes two ways from one operator, each to a sink of its own.
//
//streamgen:pipeline
type FanOut struct {
	Items runtime.Source[Item]
	Part  Part               `from:"Items"`
	Count Count              `from:"Part"`
	Write Write              `from:"Part.odd" edge:"rebalance"`
	Even  runtime.Sink[Line] `from:"Count"`
	Odd   runtime.Sink[Line] `from:"Write"`
}

// Union counts the items of two sources together.
//
//streamgen:pipeline
type Union struct {
	A     runtime.Source[Item]
	B     runtime.Source[Item]
	Trip  Trip               `from:"A,B" edge:"forward"`
	Count Count              `from:"Trip"`
	Lines runtime.Sink[Line] `from:"Count"`
}

// TwoInputs takes four sources into two inputs.
//
//streamgen:pipeline
type TwoInputs struct {
	A     runtime.Source[Item]
	B     runtime.Source[Item]
	C     runtime.Source[Item]
	D     runtime.Source[Item]
	Join  Join               `from:"left=A,left=B,right=C,right=D"`
	Lines runtime.Sink[Line] `from:"Join"`
}

// Ruled has an input that every subtask sees, and keeps what came there.
//
//streamgen:pipeline
type Ruled struct {
	Items runtime.Source[Item]
	Rules runtime.Source[Item]
	Obey  Obey               `from:"items=Items,rules=Rules"`
	Lines runtime.Sink[Line] `from:"Obey"`
}

// Lists keeps what belongs to no key.
//
//streamgen:pipeline
type Lists struct {
	Items runtime.Source[Item]
	Hold  Hold               `from:"Items" edge:"rebalance"`
	Count Count              `from:"Hold"`
	Lines runtime.Sink[Line] `from:"Count"`
}

// Asked calls for each item, in order.
//
//streamgen:pipeline
type Asked struct {
	Items runtime.Source[Item]
	Ask   Ask                `from:"Items"`
	Count Count              `from:"Ask"`
	Lines runtime.Sink[Line] `from:"Count"`
}

// AskedAround calls for each item, in any order.
//
//streamgen:pipeline
type AskedAround struct {
	Items     runtime.Source[Item]
	AskAround AskAround          `from:"Items" edge:"rebalance"`
	Count     Count              `from:"AskAround"`
	Lines     runtime.Sink[Line] `from:"Count"`
}

// Timers keeps items until their time has come.
//
//streamgen:pipeline
type Timers struct {
	Items runtime.Source[Item] `time:"At" outoforder:"50ms"`
	Delay Delay                `from:"Items"`
	Lines runtime.Sink[Line]   `from:"Delay"`
}

// Unequal has a source that is soon at its end, and one that goes on.
//
//streamgen:pipeline
type Unequal struct {
	Short runtime.Source[Item]
	Long  runtime.Source[Item]
	Stamp Stamp              `from:"Short" edge:"rebalance"`
	Count Count              `from:"Stamp,Long"`
	Lines runtime.Sink[Line] `from:"Count"`
}

// Mixed has a task that sends on edges of four kinds, and one that takes from three.
//
//streamgen:pipeline
type Mixed struct {
	Items  runtime.Source[Item]
	Stamp  Stamp              `from:"Items" edge:"rebalance"`
	Count  Count              `from:"Stamp"`
	Copy   Copy               `from:"Stamp" edge:"broadcast" parallelism:"2"`
	Spread Stamp              `from:"Stamp" edge:"rebalance"`
	Near   Stamp              `from:"Stamp" edge:"rescale" parallelism:"2"`
	Write  Write              `from:"Spread,Near"`
	Counts runtime.Sink[Line] `from:"Count"`
	Lines  runtime.Sink[Line] `from:"Copy,Write"`
}

// Stages is five tasks in a row, two of which hear of checkpoints.
//
//streamgen:pipeline
type Stages struct {
	Items  runtime.Source[Item]
	First  Relay              `from:"Items"`
	Second Told               `from:"First" edge:"rebalance"`
	Third  Relay              `from:"Second"`
	Fourth Told               `from:"Third" edge:"rebalance"`
	Count  Count              `from:"Fourth"`
	Lines  runtime.Sink[Line] `from:"Count"`
}

// Regions is three pipelines in one: no record goes from one of them to another.
//
//streamgen:pipeline
type Regions struct {
	A      runtime.Source[Item]
	TripA  Trip               `from:"A" edge:"rebalance"`
	HoldA  Hold               `from:"TripA" edge:"rebalance"`
	CountA Count              `from:"HoldA"`
	LinesA runtime.Sink[Line] `from:"CountA"`

	B      runtime.Source[Item]
	TripB  Trip               `from:"B"`
	StampB Stamp              `from:"TripB"`
	RoundB Round              `from:"StampB" edge:"rebalance" loop:"RoundB.again"`
	CountB Count              `from:"RoundB"`
	LinesB runtime.Sink[Line] `from:"CountB"`

	C      runtime.Source[Item]
	StampC Stamp              `from:"C"`
	WriteC Write              `from:"StampC"`
	LinesC runtime.Sink[Line] `from:"WriteC"`
}

// Joined takes four sources into two inputs, and what they give into windows.
//
//streamgen:pipeline
type Joined struct {
	A     runtime.Source[Item] `time:"At" outoforder:"4ms"`
	B     runtime.Source[Item] `time:"At" outoforder:"4ms"`
	C     runtime.Source[Item] `time:"At" outoforder:"4ms"`
	D     runtime.Source[Item] `time:"At" outoforder:"4ms"`
	Trip  Trip                 `from:"A,B" edge:"forward"`
	Meet  Meet                 `from:"left=Trip,right=C,right=D"`
	Rows  Rows                 `from:"Meet"`
	Lines runtime.Sink[Line]   `from:"Rows"`
}

// Tumbled has windows that follow one another.
//
//streamgen:pipeline
type Tumbled struct {
	Items   runtime.Source[Item] `time:"At" outoforder:"20ms"`
	Tumble  Tumble               `from:"Items"`
	Windows runtime.Sink[Window] `from:"Tumble"`
	Late    runtime.Sink[Line]   `from:"Tumble.late"`
}

// Slid has windows that overlap.
//
//streamgen:pipeline
type Slid struct {
	Items   runtime.Source[Item] `time:"At" outoforder:"20ms"`
	Slide   Slide                `from:"Items"`
	Windows runtime.Sink[Window] `from:"Slide"`
	Late    runtime.Sink[Line]   `from:"Slide.late"`
}

// Gapped has windows that end when nothing comes.
//
//streamgen:pipeline
type Gapped struct {
	Items   runtime.Source[Item] `time:"At" outoforder:"20ms"`
	Gaps    Gaps                 `from:"Items"`
	Windows runtime.Sink[Window] `from:"Gaps"`
	Late    runtime.Sink[Line]   `from:"Gaps.late"`
}

// Parted has windows that are aggregated before the exchange, and merged behind it.
//
//streamgen:pipeline
type Parted struct {
	Items   runtime.Source[Item] `time:"At" outoforder:"20ms"`
	Parts   Parts                `from:"Items"`
	Merge   Merge                `from:"Parts"`
	Windows runtime.Sink[Window] `from:"Merge"`
	Late    runtime.Sink[Line]   `from:"Parts.late"`
}
